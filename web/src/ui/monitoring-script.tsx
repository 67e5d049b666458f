import { catalogue, type DbType } from '@whalefall/contract';
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../api';
import { CopyButton } from './copy-text';
import { Failed, Skeleton } from './states';

const KINDS = [
  ['postgresql', undefined, 'PostgreSQL'],
  ['mysql', 'mysql', 'MySQL'],
  ['mysql', 'mariadb', 'MariaDB'],
  ['sqlserver', undefined, 'SQL Server'],
  ['oracle', undefined, 'Oracle'],
] as const;

/** The statements that make the monitoring account, with no more rights than a sync needs. */
export function MonitoringScript({ type: only }: { type?: DbType }) {
  const { t } = useTranslation();
  const kinds = KINDS.filter(([type]) => only === undefined || type === only);
  const [name, setName] = useState<string>(kinds[0]![2]);
  const [type, flavour] = kinds.find((kind) => kind[2] === name) ?? kinds[0]!;
  const read = useRoute(
    catalogue.common.getMonitoringScript,
    { query: { db_type: type, flavour } },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  return (
    <div className="monitoring-script">
      {kinds.length > 1 && (
        <Segmented aria-label={t('dashboard.start.engine')} value={name} onChange={setName} options={kinds.map((kind) => kind[2])} />
      )}
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !read.data ? (
        <Skeleton lines={3} />
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <pre tabIndex={0}>
          {read.data.script}
          <CopyButton text={read.data.script} label={t('dashboard.start.script')} />
        </pre>
      )}
    </div>
  );
}
