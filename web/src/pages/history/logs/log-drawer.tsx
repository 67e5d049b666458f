import { catalogue } from '@whalefall/contract';
import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { CopyButton } from '../../../ui/copy-text';
import { Facts } from '../../../ui/page';
import { Failed, Skeleton } from '../../../ui/states';
import { useUrl } from '../../../ui/url';
import { Level, type LogRow } from './columns';

/** The row named in the address (`?log=<id>`), whole. */
export function LogDrawer() {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const id = Number(search.get('log')) || null;
  const read = useRoute(catalogue.historyLogs.getLogDetail, { params: { log_id: id ?? 0 } }, { enabled: id !== null });
  const log = read.data?.log;
  return (
    <Drawer
      open={id !== null}
      onClose={() => set({ log: null })}
      title={t('logs.one', { id })}
      size={760}
      destroyOnHidden
      extra={log && <CopyButton text={JSON.stringify(log, null, 2)} label={t('logs.copyAll')} />}
    >
      {read.isError ? <Failed error={read.error} retry={() => void read.refetch()} /> : log ? <Whole log={log} /> : <Skeleton lines={10} />}
    </Drawer>
  );
}

function Whole({ log }: { log: LogRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { href } = useUrl();
  const context = Object.entries(log.context ?? {});
  const request = log.context?.request_id;
  return (
    <div className="stack">
      <Facts
        items={[
          [t('logs.time'), format.dateTime(log.created_at)],
          [t('logs.level'), <Level key="level" level={log.level} t={t} />],
          [
            t('logs.module'),
            <A key="module" href={href({ module: log.module, log: null, page: null })} className="mono">
              {log.module}
            </A>,
          ],
          ...(typeof request === 'string'
            ? [
                [
                  t('logs.request'),
                  <A key="request" href={href({ search: request, log: null, page: null })}>
                    {t('logs.sameRequest')}
                  </A>,
                ] as [string, React.ReactNode],
              ]
            : []),
        ]}
      />
      <pre className="code-block">{log.message}</pre>
      {log.traceback && (
        <section>
          <h2 className="sub">{t('logs.traceback')}</h2>
          <pre className="code-block">{log.traceback}</pre>
        </section>
      )}
      <section>
        <h2 className="sub">{t('logs.context')}</h2>
        {context.length === 0 ? (
          <p className="muted">{t('logs.contextNone')}</p>
        ) : (
          <dl className="context">
            {context.map(([key, value]) => (
              <div key={key}>
                <dt className="mono">{key}</dt>
                <dd className="mono">{typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : String(value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
    </div>
  );
}
