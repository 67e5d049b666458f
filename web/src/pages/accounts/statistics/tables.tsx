/** The tables of the account statistics; each number leads to the accounts that it counts. */
import { type catalogue, DB_TYPES, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Chip, Engine } from '../../../ui/status';
import { Table } from '../../../ui/table/table';

export type Figures = NonNullable<WireOf<typeof catalogue.accountsStatistics.getAccountStatistics>>['stats'];

const STATES = [
  ['normal', 'is_locked=false'],
  ['locked', 'is_locked=true'],
  ['deleted', 'only_deleted=true'],
] as const;
export function ByEngine({ stats }: { stats: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cell = (href: string, n: number) => (n === 0 ? <span className="muted">0</span> : <A href={href}>{format.number(n)}</A>);
  const most = Math.max(1, ...DB_TYPES.map((type) => stats.db_type_stats[type].total));
  return (
    <Table
      label={t('statistics.byEngine')}
      rows={DB_TYPES.map((type) => ({ type, ...stats.db_type_stats[type] }))}
      rowKey={(row) => row.type}
      columns={[
        { key: 'type', title: t('instances.dbType'), lead: true, render: (row) => <Engine type={row.type} /> },
        {
          key: 'bar',
          title: t('ui.status'),
          width: 190,
          render: (row) => (
            <span className="engine-share" aria-hidden="true" style={{ width: `${(100 * row.total) / most}%` }}>
              {STATES.map(([key]) => (
                <span key={key} className={key} style={{ flexGrow: row[key] }} />
              ))}
            </span>
          ),
        },
        {
          key: 'active',
          title: t('statistics.active'),
          align: 'end',
          render: (row) => cell(`/account/${row.type}`, row.active),
        },
        ...STATES.map(([key, query]) => ({
          key,
          title: t(`statistics.${key}`),
          align: 'end' as const,
          render: (row: { type: string } & Record<(typeof STATES)[number][0], number>) => cell(`/account/${row.type}?${query}`, row[key]),
        })),
      ]}
    />
  );
}

export function MostPrivileged({ stats }: { stats: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (stats.top_privileged.length === 0) return <p className="panel-none">{t('statistics.none')}</p>;
  return (
    <Table
      label={t('statistics.top')}
      rows={stats.top_privileged}
      rowKey={(row) => row.id}
      columns={[
        {
          key: 'account',
          title: t('accounts.account'),
          lead: true,
          render: (row) => (
            <A className="mono" href={`/account/?account=${row.id}`}>
              {row.username}
            </A>
          ),
        },
        {
          key: 'instance',
          title: t('accounts.instance'),
          render: (row) => <A href={`/instances/${row.instance_id}?tab=accounts`}>{row.instance_name}</A>,
        },
        { key: 'engine', title: t('instances.dbType'), render: (row) => <Engine type={row.db_type} /> },
        {
          key: 'super',
          title: t('accounts.superuser'),
          render: (row) => (row.is_superuser ? <Chip tone="bad">{t('accounts.superuser')}</Chip> : <span className="muted">–</span>),
        },
        { key: 'privileges', title: t('statistics.privileges'), align: 'end', render: (row) => format.number(row.privileges) },
      ]}
    />
  );
}
