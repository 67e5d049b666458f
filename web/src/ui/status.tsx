/** States as words with a colour: the colour never stands alone. */
import { type DbType, type ERROR_CODES, type RECORD_STATUSES, type SESSION_STATUSES } from '@whalefall/contract';
import { type ReactNode, useState } from 'react';
import i18next from 'i18next';
import { useWords } from '../i18n/words';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'violet' | 'quiet' | 'accent';

export function Chip({
  tone = 'quiet',
  children,
  title,
  dot,
}: {
  tone?: Tone | undefined;
  children: ReactNode;
  title?: string | undefined;
  dot?: boolean;
}) {
  return (
    <span className={`chip ${tone}${dot ? ' dot' : ''}`} title={title}>
      {children}
    </span>
  );
}

export function Engine({ type }: { type: DbType }) {
  const { t } = useWords();
  return <span className={`engine ${type}`}>{t(`ui.dbTypes.${type}`)}</span>;
}

export function Enabled({ on }: { on: boolean }) {
  const { t } = useWords();
  return (
    <Chip tone={on ? 'good' : 'quiet'} dot>
      {t(on ? 'ui.enabled' : 'ui.disabled')}
    </Chip>
  );
}

export type ErrorCode = (typeof ERROR_CODES)[number];
export function useFaultName(): (code: string | null | undefined) => string {
  const { t } = useWords();
  return (code) => {
    const known = code && i18next.exists(`faults.codes.${code}`) ? (code as ErrorCode) : 'UNKNOWN';
    return t(`faults.codes.${known}`);
  };
}

/** The last connection test: passed, failed (why), never run. */
export function TestState({ ok, code }: { ok: boolean | null; code?: string | null }) {
  const { t } = useWords();
  const name = useFaultName();
  if (ok === null) return <Chip>{t('instances.untested')}</Chip>;
  if (ok)
    return (
      <Chip tone="good" dot>
        {t('instances.testOk')}
      </Chip>
    );
  return (
    <Chip tone="bad" dot title={code ?? undefined}>
      {name(code)}
    </Chip>
  );
}

const SESSION_TONES = { running: 'accent', completed: 'good', failed: 'bad', cancelled: 'quiet', pending: 'quiet' } as const;
export function SessionState({ status }: { status: (typeof SESSION_STATUSES)[number] | (typeof RECORD_STATUSES)[number] }) {
  const { t } = useWords();
  return (
    <Chip tone={SESSION_TONES[status]} dot>
      {t(`sessions.statuses.${status}`)}
    </Chip>
  );
}

const COLOUR_TONES: Record<string, Tone> = {
  primary: 'accent',
  success: 'good',
  danger: 'bad',
  warning: 'warn',
  info: 'info',
  secondary: 'quiet',
  dark: 'violet',
  light: 'quiet',
};
/** The catalogue's colour keys as our tones. */
export function toneOf(color: string | null | undefined): Tone {
  return COLOUR_TONES[color ?? ''] ?? 'quiet';
}

export const RISK_TONES = { low: 'good', medium: 'info', high: 'warn', critical: 'bad' } as const;
const RISKS = ['low', 'medium', 'high', 'critical'] as const;
/** How risky a class is; one that we do not know stands as it is. */
export function Risk({ level }: { level: string }) {
  const { t } = useWords();
  const known = RISKS.find((one) => one === level);
  return <Chip tone={known && RISK_TONES[known]}>{known ? t(`ui.risk.${known}`) : level}</Chip>;
}

interface Label {
  name: string;
  display_name?: string;
  /** One of the catalogue's colour keys, unless the tone is known. */
  color?: string;
  tone?: Tone;
}
/** Tags or classifications: the first few, the rest behind "+n", which names them on hover and shows them when pressed. */
export function Labels({ items, max = 3 }: { items: readonly Label[]; max?: number }) {
  const [all, setAll] = useState(false);
  if (items.length === 0) return <span className="muted">–</span>;
  const shown = all ? items : items.slice(0, max);
  const text = (one: Label) => one.display_name ?? one.name;
  return (
    <span className={all ? 'labels all' : 'labels'}>
      {shown.map((one) => (
        <Chip key={one.name} tone={one.tone ?? toneOf(one.color)}>
          {text(one)}
        </Chip>
      ))}
      {items.length > shown.length && (
        <button type="button" className="chip quiet" title={items.slice(max).map(text).join(', ')} onClick={() => setAll(true)}>
          +{items.length - max}
        </button>
      )}
    </span>
  );
}
