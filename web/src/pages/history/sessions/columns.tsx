import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Bar } from '../../../ui/bar';
import { RelativeTime } from '../../../ui/relative-time';
import { SessionState } from '../../../ui/status';
import type { Column } from '../../../ui/table/table';

export type Session = NonNullable<WireOf<typeof catalogue.historySessions.listSessions>>['items'][number];

export function sessionColumns(t: TFunction, format: Format, href: (id: string) => string): Column<Session>[] {
  return [
    {
      key: 'category',
      title: t('sessions.category'),
      fixed: true,
      lead: true,
      render: (row) => <A href={href(row.session_id)}>{t(`sessions.categories.${row.sync_category}`)}</A>,
    },
    { key: 'status', title: t('sessions.status'), sort: 'status', render: (row) => <SessionState status={row.status} /> },
    {
      key: 'progress',
      title: t('sessions.progress'),
      width: 220,
      render: (row) => (
        <div className="progress-cell">
          <Bar done={row.successful_instances} failed={row.failed_instances} total={row.total_instances} />
          <small>
            {row.total_instances === 0 ? (
              t('sessions.noInstances')
            ) : (
              <>
                {format.number(row.successful_instances + row.failed_instances)} / {format.number(row.total_instances)}
                {row.failed_instances > 0 && (
                  <span className="progress-failed"> {t('sessions.failedN', { n: format.number(row.failed_instances) })}</span>
                )}
              </>
            )}
          </small>
        </div>
      ),
    },
    { key: 'type', title: t('sessions.type'), render: (row) => t(`sessions.types.${row.sync_type}`) },
    {
      key: 'by',
      title: t('sessions.by'),
      render: (row) => row.created_by_name ?? <span className="muted">{t('sessions.bySchedule')}</span>,
    },
    { key: 'started', title: t('sessions.startedAt'), sort: 'started_at', render: (row) => <RelativeTime at={row.started_at} /> },
    {
      key: 'completed',
      title: t('sessions.completedAt'),
      sort: 'completed_at',
      hidden: true,
      render: (row) => <RelativeTime at={row.completed_at} empty="–" />,
    },
    {
      key: 'duration',
      title: t('sessions.duration'),
      align: 'end',
      render: (row) => <span className="nowrap">{format.duration(row.duration_seconds)}</span>,
    },
    { key: 'id', title: t('sessions.id'), render: (row) => <code title={row.session_id}>{row.session_id.slice(0, 8)}</code> },
  ];
}
