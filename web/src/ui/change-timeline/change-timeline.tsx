import type { catalogue, WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import type zh from '../../i18n/zh-CN/accounts';
import { useFormat } from '../../i18n/format';
import { A } from '../a';
import { RelativeTime } from '../relative-time';
import './change-timeline.css';

export type Change = NonNullable<WireOf<typeof catalogue.instancesDetail.getAccountChangeHistory>>['history'][number];

/** What of a change is about privileges, object by object: first what was granted, then what was revoked. */
export function byObject(
  diff: Change['privilege_diff'],
): { label: string; object: string; granted: string[]; revoked: string[]; altered: string[] }[] {
  const found = new Map<string, { label: string; object: string; granted: string[]; revoked: string[]; altered: string[] }>();
  for (const entry of diff) {
    // "label:object" on the wire; the label stands beside it anyway.
    const object =
      entry.path?.join('.') ?? entry.object.replace(new RegExp(`^${entry.label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[:：]?`), '');
    const key = `${entry.field}\u0000${object}`;
    const one = found.get(key) ?? { label: entry.label, object, granted: [], revoked: [], altered: [] };
    found.set(key, one);
    one[entry.action === 'GRANT' ? 'granted' : entry.action === 'REVOKE' ? 'revoked' : 'altered'].push(...entry.permissions);
  }
  return [...found.values()];
}

/** The server names what changed in Chinese; known names are told in the reader's language. */
function useLabel(): (text: string) => string {
  const { t, i18n } = useTranslation();
  return (text) =>
    i18n.exists(`accounts.change.labels.${text}`) ? t(`accounts.change.labels.${text as keyof typeof zh.change.labels}`) : text;
}

/** The changes of one account, newest first: granted green, revoked red. */
export function ChangeTimeline({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLabel();
  return (
    <ol className="timeline">
      {changes.map((change) => {
        const rows = byObject(change.privilege_diff);
        const count = (action: string) =>
          change.privilege_diff.filter((one) => one.action === action).reduce((n, one) => n + one.permissions.length, 0);
        const [granted, revoked] = [count('GRANT'), count('REVOKE')];
        return (
          <li key={change.id} className={change.change_type}>
            <div className="timeline-head">
              <strong>{t(`accounts.change.types.${change.change_type}`)}</strong>
              {granted > 0 && <span className="granted">{t('accounts.change.nGranted', { n: format.number(granted) })}</span>}
              {revoked > 0 && <span className="revoked">{t('accounts.change.nRevoked', { n: format.number(revoked) })}</span>}
              <span className="muted">
                <RelativeTime at={change.change_time_iso} /> · {format.dateTime(change.change_time_iso)}
              </span>
              {change.session_id && <A href={`/history/sessions/?session=${change.session_id}`}>{t('accounts.change.session')}</A>}
            </div>
            {rows.length > 0 && (
              <ul className="diff">
                {rows.map((row) => (
                  <li key={`${row.label}${row.object}`}>
                    <span className="diff-object">
                      {label(row.label)}
                      {row.object && <code>{row.object}</code>}
                    </span>
                    <Words kind="granted" sign="+" word={t('accounts.change.grant')} items={row.granted} />
                    <Words kind="revoked" sign="−" word={t('accounts.change.revoke')} items={row.revoked} />
                    <Words kind="altered" sign="~" word={t('accounts.change.alter')} items={row.altered} />
                  </li>
                ))}
              </ul>
            )}
            {change.other_diff.length > 0 && (
              <ul className="diff">
                {change.other_diff.map((other) => (
                  <li key={other.field}>
                    <span className="diff-object">{label(other.label)}</span>
                    <span className="diff-values">
                      {other.before ? <del>{label(other.before)}</del> : <span className="muted">{t('accounts.change.noValue')}</span>} →{' '}
                      {other.after ? <ins>{label(other.after)}</ins> : <span className="muted">{t('accounts.change.noValue')}</span>}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Words({ kind, sign, word, items }: { kind: string; sign: string; word: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <span className={`diff-words ${kind}`}>
      <span className="sr-only">{word}</span>
      {items.map((item) => (
        <code key={item}>
          <span aria-hidden="true">{sign} </span>
          {item}
        </code>
      ))}
    </span>
  );
}
