import { useSyncExternalStore } from 'react';
import { useFormat } from '../i18n/format';
import { useWords } from '../i18n/words';

const TICK_MS = 30_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    listeners.forEach((one) => one());
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** "3 minutes ago", the whole instant on hover. */
export function RelativeTime({ at, empty }: { at: string | null | undefined; empty?: string }) {
  const { t } = useWords();
  const format = useFormat();
  useSyncExternalStore(subscribe, () => now);
  if (!at) return <span className="muted">{empty ?? t('ui.never')}</span>;
  return (
    <time dateTime={at} title={format.dateTime(at)} className="nowrap">
      {format.relative(at)}
    </time>
  );
}
