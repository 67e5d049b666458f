import { CheckIcon, CopyIcon } from './icons';
import { App } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http has no clipboard interface.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copy refused');
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [done, setDone] = useState(false);
  async function press() {
    try {
      await copy(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      message.warning(t('ui.copyFailed'));
    }
  }
  return (
    <button
      type="button"
      className="copy"
      onClick={(event) => {
        event.stopPropagation();
        void press();
      }}
      aria-label={`${done ? t('act.copied') : t('act.copy')} ${label ?? text}`}
    >
      {done ? <CheckIcon /> : <CopyIcon />}
    </button>
  );
}

/** Text that is cut when long (whole on hover) with a button that copies it. */
export function CopyText({ text, mono = false }: { text: string; mono?: boolean }) {
  return (
    <span className="copy-text">
      <span className={mono ? 'cut mono' : 'cut'} title={text}>
        {text}
      </span>
      <CopyButton text={text} />
    </span>
  );
}
