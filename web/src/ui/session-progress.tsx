/** One sync session: how far it is, instance by instance; live while it runs, what changed and what failed when it ended. */
import { catalogue, type WireOf } from '@whalefall/contract';
import { App, Button, Segmented } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../api';
import { useFormat } from '../i18n/format';
import { type SyncRecord, useLive } from '../live';
import { useMay } from '../session';
import { A } from './a';
import { Bar } from './bar';
import { useConfirm } from './confirm';
import { CopyText } from './copy-text';
import { Facts } from './page';
import { Failed, Skeleton } from './states';
import { SessionUnread } from './session-unread';
import { SessionState, useFaultName } from './status';
import { Table } from './table/table';

type Session = NonNullable<WireOf<typeof catalogue.historySessions.getSyncSessionDetail>>['session'];
const TICK_MS = 1000;

/** Seconds since it began, counting while it runs. */
function useElapsed(session: Session): number | null {
  const [now, setNow] = useState(() => Date.now());
  const running = session.status === 'running';
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  if (!running) return session.duration_seconds;
  return Math.max(0, (now - new Date(session.started_at).getTime()) / 1000);
}

export function SessionProgress({ sessionId }: { sessionId: string }) {
  const read = useRoute(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } }, { staleTime: 0 });
  if (read.isError) return <Failed error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) return <Skeleton lines={10} />;
  return <SessionBody session={read.data.session} />;
}

function SessionBody({ session }: { session: Session }) {
  const { t } = useTranslation();
  const format = useFormat();
  const live = useLive(session.status === 'running' ? session.session_id : null);
  const elapsed = useElapsed(session);
  const done = live?.total ? live.done : session.successful_instances;
  const failed = live?.total ? live.failed : session.failed_instances;
  const total = live?.total || session.total_instances;
  const records = session.instance_records.map((record) => live?.records.get(record.id) ?? record);
  for (const [id, record] of live?.records ?? []) if (!session.instance_records.some((one) => one.id === id)) records.push(record);
  const sum = (key: 'items_synced' | 'items_created' | 'items_updated' | 'items_deleted') =>
    format.number(records.reduce((all, record) => all + record[key], 0));

  return (
    <div className="stack">
      <Facts
        items={[
          [t('sessions.category'), t(`sessions.categories.${session.sync_category}`)],
          [t('sessions.status'), <SessionState key="status" status={session.status} />],
          [t('sessions.type'), t(`sessions.types.${session.sync_type}`)],
          [t('sessions.by'), session.created_by_name ?? t('sessions.bySchedule')],
          [t('sessions.startedAt'), format.dateTime(session.started_at)],
          [t('sessions.completedAt'), format.dateTime(session.completed_at)],
          [t('sessions.id'), <CopyText key="id" text={session.session_id} mono />],
          [t('sessions.duration'), format.duration(elapsed)],
        ]}
      />
      <div className="progress">
        <div className="row between" role="status">
          <span className="row">
            <span>{t('sessions.done', { n: format.number(done) })}</span>
            {failed > 0 && <span className="progress-failed">{t('sessions.failedN', { n: format.number(failed) })}</span>}
            {total - done - failed > 0 && <span className="muted">{t('sessions.leftN', { n: format.number(total - done - failed) })}</span>}
          </span>
          {session.status === 'running' && <Cancel session={session} />}
        </div>
        <Bar done={done} failed={failed} total={total} label={t('sessions.progress')} />
        <p className="muted">
          {t('sessions.summary', {
            synced: sum('items_synced'),
            created: sum('items_created'),
            updated: sum('items_updated'),
            deleted: sum('items_deleted'),
          })}
        </p>
      </div>
      <Failures records={records.filter((record) => record.status === 'failed')} />
      <SessionUnread records={records} />
      <Records records={records} />
    </div>
  );
}

function Cancel({ session }: { session: Session }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const may = useMay();
  const cancel = useSend(catalogue.historySessions.cancelSyncSession);
  const [dialog, ask] = useConfirm();
  if (session.cancel_requested_at) return <span className="muted">{t('sessions.cancelling')}</span>;
  if (!may('execute')) return null;
  return (
    <>
      <Button
        size="small"
        danger
        onClick={() =>
          ask({
            title: t('sessions.cancelTitle'),
            text: t('sessions.cancelText'),
            ok: t('sessions.cancel'),
            run: async () => {
              await cancel.mutateAsync({ params: { session_id: session.session_id }, body: {} });
              message.info(t('sessions.cancelled'));
            },
          })
        }
      >
        {t('sessions.cancel')}
      </Button>
      {dialog}
    </>
  );
}

/** The failed ones, each with the reason in plain words and what to do. */
function Failures({ records }: { records: SyncRecord[] }) {
  const { t } = useTranslation();
  const name = useFaultName();
  if (records.length === 0) return null;
  return (
    <section>
      <h2 className="sub">
        {t('sessions.failures')} ({records.length})
      </h2>
      <ul className="failures">
        {records.map((record) => (
          <li key={record.id}>
            <div className="row between">
              <A href={`/instances/${record.instance_id}`}>{record.instance_name ?? `#${record.instance_id}`}</A>
              <span className="failures-code">
                {name(record.error_code)}
                {record.error_number && <small className="mono"> · {record.error_number}</small>}
                {record.stage && <small> · {t('sessions.stageAt', { stage: t(`faults.stages.${record.stage}`) })}</small>}
              </span>
            </div>
            {record.error_message && <CopyText text={record.error_message} />}
            {record.remedy && (
              <p>
                <span className="muted">{t('faults.remedy')}</span> {record.remedy}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const ORDER = { running: 0, failed: 1, pending: 2, completed: 3, cancelled: 4 } as const;
function Records({ records }: { records: SyncRecord[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [only, setOnly] = useState<string>('all');
  const statuses = [...new Set(records.map((record) => record.status))].sort((a, b) => ORDER[a] - ORDER[b]);
  const shown = records
    .filter((record) => only === 'all' || record.status === only)
    .sort((a, b) => ORDER[a.status] - ORDER[b.status] || (a.instance_name ?? '').localeCompare(b.instance_name ?? ''));
  const number = (n: number) => (n > 0 ? format.number(n) : <span className="muted">–</span>);
  if (records.length === 0) return <p className="muted">{t('sessions.noRecords')}</p>;
  return (
    <section>
      <div className="row between">
        <h2 className="sub">
          {t('sessions.records')} ({format.number(records.length)})
        </h2>
        {statuses.length > 1 && (
          <Segmented
            aria-label={t('sessions.status')}
            size="small"
            value={only}
            onChange={setOnly}
            options={[
              { value: 'all', label: t('sessions.all') },
              ...statuses.map((value) => ({ value: value as string, label: t(`sessions.statuses.${value}`) })),
            ]}
          />
        )}
      </div>
      <div className="boxed">
        <Table
          label={t('sessions.records')}
          rows={shown}
          rowKey={(record) => record.id}
          columns={[
            {
              key: 'name',
              title: t('instances.one'),
              lead: true,
              render: (record) => <A href={`/instances/${record.instance_id}`}>{record.instance_name ?? `#${record.instance_id}`}</A>,
            },
            { key: 'status', title: t('sessions.status'), render: (record) => <SessionState status={record.status} /> },
            { key: 'synced', title: t('sessions.items.synced'), align: 'end', render: (record) => number(record.items_synced) },
            { key: 'created', title: t('sessions.items.created'), align: 'end', render: (record) => number(record.items_created) },
            { key: 'updated', title: t('sessions.items.updated'), align: 'end', render: (record) => number(record.items_updated) },
            { key: 'deleted', title: t('sessions.items.deleted'), align: 'end', render: (record) => number(record.items_deleted) },
            {
              key: 'took',
              title: t('sessions.duration'),
              align: 'end',
              render: (record) => <span className="nowrap">{format.duration(record.duration_seconds)}</span>,
            },
          ]}
        />
      </div>
    </section>
  );
}
