/** What a sync that went well could not read: for each instance the places, with the statement that would open them. */
import { useTranslation } from 'react-i18next';
import type { SyncRecord } from '../live';
import { A } from './a';
import { CopyText } from './copy-text';

interface Unread {
  database?: string | null;
  object?: string | null;
  name?: string;
  code: string;
  needs?: string | null;
}
/** Of accounts `unread`, of sizes `unmeasured`. Another kind of session says something else by these words: classification counts. */
function placesOf({ status, sync_details: details }: SyncRecord): Unread[] {
  if (status !== 'completed') return [];
  const { unread, unmeasured } = (details ?? {}) as { unread?: unknown; unmeasured?: unknown };
  return [unread, unmeasured].flatMap((places) => (Array.isArray(places) ? (places as Unread[]) : []));
}

export function SessionUnread({ records }: { records: readonly SyncRecord[] }) {
  const { t } = useTranslation();
  const blind = records.map((record) => ({ record, places: placesOf(record) })).filter(({ places }) => places.length > 0);
  if (blind.length === 0) return null;
  return (
    <section>
      <h2 className="sub">
        {t('sessions.unread')} ({blind.reduce((n, { places }) => n + places.length, 0)})
      </h2>
      <p className="muted">{t('sessions.unreadHint')}</p>
      <ul className="failures">
        {blind.map(({ record, places }) => (
          <li key={record.id}>
            <A href={`/instances/${record.instance_id}`}>{record.instance_name ?? `#${record.instance_id}`}</A>
            <ul className="priv-unread">
              {places.map((place) => {
                const name = place.database ?? place.object ?? place.name ?? t('accounts.unread.server');
                return (
                  <li key={`${name} ${place.needs}`}>
                    <strong className="mono">{name}</strong>
                    {place.needs && (
                      <>
                        <span>{t('accounts.unread.grant')}</span>
                        <CopyText text={place.needs} mono />
                      </>
                    )}
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}
