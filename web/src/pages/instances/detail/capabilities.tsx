import { catalogue, type DbType } from '@whalefall/contract';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useMay } from '../../../session';
import { CopyButton } from '../../../ui/copy-text';
import { MonitoringScript } from '../../../ui/monitoring-script';
import { Panel } from '../../../ui/page';
import { RelativeTime } from '../../../ui/relative-time';
import { Failed, Skeleton } from '../../../ui/states';

/** What the login of the instance can read, what it cannot, and the statement that would help. */
export function Capabilities({ instanceId, type }: { instanceId: number; type: DbType }) {
  const { t } = useTranslation();
  const may = useMay();
  const [scripted, setScripted] = useState(false);
  const read = useRoute(catalogue.instancesDetail.getInstanceCapabilities, { params: { instance_id: instanceId } });
  const items = read.data?.items ?? [];
  const lacking = items.filter((one) => !one.has);
  return (
    <Panel
      title={t('instances.capabilities.title')}
      className="span-12"
      extra={
        read.data?.checked_at && (
          <span className="muted">
            {t('instances.capabilities.checked')} <RelativeTime at={read.data.checked_at} />
          </span>
        )
      }
    >
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !read.data ? (
        <Skeleton lines={2} />
      ) : !read.data.checked_at ? (
        <p className="muted">{t('instances.capabilities.never')}</p>
      ) : (
        <>
          <p>
            {lacking.length === 0
              ? t('instances.capabilities.all', { n: items.length })
              : t('instances.capabilities.some', { n: items.length, lacking: lacking.length })}
          </p>
          <ul className="capabilities">
            {lacking.map((one) => (
              <li key={`${one.feature} ${one.needs}`}>
                <strong>{one.title}</strong>
                <span>
                  {t('instances.capabilities.lacks')} <span className="mono">{one.needs}</span>
                  {one.lacks && one.lacks !== one.needs && <span className="muted mono">{` (${one.lacks})`}</span>}
                </span>
                {one.effect && <span className="muted">{one.effect}</span>}
                {one.grant && (
                  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
                  <pre tabIndex={0}>
                    {one.grant}
                    <CopyButton text={one.grant} label={t('instances.capabilities.statement', { needs: one.needs })} />
                  </pre>
                )}
              </li>
            ))}
          </ul>
          {items.length > lacking.length && (
            <details>
              <summary>{t('instances.capabilities.can', { n: items.length - lacking.length })}</summary>
              <ul className="capabilities">
                {items
                  .filter((one) => one.has)
                  .map((one) => (
                    <li key={`${one.feature} ${one.needs}`}>
                      <strong>{one.title}</strong>
                      <span className="mono">{one.needs}</span>
                    </li>
                  ))}
              </ul>
            </details>
          )}
          {lacking.length > 0 && (
            <p className="muted">
              {may('create') ? (
                <Button type="link" size="small" aria-expanded={scripted} onClick={() => setScripted(!scripted)}>
                  {t('instances.capabilities.script')}
                </Button>
              ) : (
                t('instances.capabilities.ask')
              )}
            </p>
          )}
          {scripted && <MonitoringScript type={type} />}
        </>
      )}
    </Panel>
  );
}
