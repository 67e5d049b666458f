import { SyncIcon } from '../ui/icons';
import { catalogue } from '@whalefall/contract';
import { Popover } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../api';
import { useLive } from '../live';
import { A } from '../ui/a';
import { Bar } from '../ui/bar';

const BUSY_MS = 4000;
const IDLE_MS = 30_000;

/** What runs now. The first session is followed live; nothing is open while nothing runs. */
export function RunningBadge() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const running = useRoute(
    catalogue.historySessions.listRunningSessions,
    {},
    { refetchInterval: (data) => (data?.sessions.length ? BUSY_MS : IDLE_MS) },
  );
  const sessions = running.data?.sessions ?? [];
  const count = sessions.length;
  const first = sessions[0];
  const live = useLive(first?.session_id ?? null);
  if (count === 0) return null;

  const list = (
    <div className="running">
      {sessions.slice(0, 6).map((session) => {
        const now =
          session === first && live
            ? live
            : { done: session.successful_instances, failed: session.failed_instances, total: session.total_instances };
        return (
          <A key={session.session_id} href={`/history/sessions/?session=${session.session_id}`} onClick={() => setOpen(false)}>
            <span>
              {t(`sessions.categories.${session.sync_category}`)}
              <small className="muted">
                {now.done + now.failed} / {now.total}
              </small>
            </span>
            <Bar done={now.done} failed={now.failed} total={now.total} />
          </A>
        );
      })}
      <A className="running-all" href="/history/sessions/" onClick={() => setOpen(false)}>
        {t('shell.allSessions')}
      </A>
    </div>
  );
  return (
    <Popover content={list} open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight">
      <button type="button" className="head-running" aria-label={t('shell.running', { count })} aria-expanded={open}>
        <SyncIcon spin />
        <span>{live && live.total > 0 && count === 1 ? `${live.done + live.failed} / ${live.total}` : count}</span>
      </button>
    </Popover>
  );
}
