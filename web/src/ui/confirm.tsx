import { Input, Modal } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from './states';

export interface Question {
  title: string;
  text?: ReactNode;
  /** To be typed before the button works: for many objects or a cascade. */
  word?: string | undefined;
  ok: string;
  danger?: boolean;
  run: () => Promise<unknown>;
}

/** Asks before something is done; stays open and says why when it fails. */
export function Confirm({ question, onClose }: { question: Question | null; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const text = useErrorText();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [shown, setShown] = useState(question);
  if (question && question !== shown) {
    setShown(question);
    setTyped('');
    setFault(null);
  }

  const word = shown?.word;
  const ready = !word || typed.trim() === word;
  async function run() {
    if (!shown || !ready) return;
    setBusy(true);
    setFault(null);
    try {
      await shown.run();
      onClose();
    } catch (error) {
      setFault(text(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open={question !== null}
      title={shown?.title}
      onCancel={onClose}
      onOk={() => void run()}
      okText={shown?.ok}
      okButtonProps={{ danger: shown?.danger ?? true, disabled: !ready, loading: busy }}
      width={460}
      destroyOnHidden
    >
      <div className="stack">
        {shown?.text && <div>{shown.text}</div>}
        {word && (
          <div className="field">
            <label htmlFor={id}>{t('ui.typeToConfirm', { word })}</label>
            <Input
              id={id}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onPressEnter={() => void run()}
              autoComplete="off"
              className="mono"
            />
          </div>
        )}
        {fault && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
      </div>
    </Modal>
  );
}

/** @returns the dialog to place once, and the function that asks. */
export function useConfirm(): [ReactNode, (question: Question) => void] {
  const [question, setQuestion] = useState<Question | null>(null);
  return [<Confirm key="confirm" question={question} onClose={() => setQuestion(null)} />, setQuestion];
}
