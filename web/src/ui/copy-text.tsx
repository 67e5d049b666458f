import { CheckIcon, CopyIcon } from './icons';
import { App } from 'antd';
import { useState } from 'react';
import { useWords } from '../i18n/words';

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
  const { t } = useWords();
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

/** Text that is cut when long (whole on hover) with a button that copies it; of `keep`, its end, nothing is cut. */
export function CopyText({ text, mono = false, keep = '' }: { text: string; mono?: boolean; keep?: string }) {
  const whole = text + keep;
  return (
    <span className="copy-text">
      <span className={mono ? 'cut mono' : 'cut'} title={whole}>
        {text}
      </span>
      {keep && <span className={mono ? 'keep mono' : 'keep'}>{keep}</span>}
      <CopyButton text={whole} />
    </span>
  );
}

/** Where a server listens: of a long host the middle may go, the port stays. */
export function Address({ host, port }: { host: string; port: number }) {
  return <CopyText text={host} keep={`:${port}`} mono />;
}
