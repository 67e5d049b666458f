import { useTranslation } from 'react-i18next';
import { Chip, type Tone } from '../../ui/status';
import type { Job } from './words';

const STATES: Record<Job['state'], Tone> = {
  STATE_RUNNING: 'good',
  STATE_EXECUTING: 'accent',
  STATE_PAUSED: 'warn',
  STATE_FINISHED: 'quiet',
};
export function JobState({ job }: { job: Pick<Job, 'state'> }) {
  const { t } = useTranslation();
  return (
    <Chip tone={STATES[job.state]} dot>
      {t(`scheduler.states.${job.state}`)}
    </Chip>
  );
}

const STATUSES = { running: 'accent', success: 'good', failed: 'bad', skipped: 'quiet', misfired: 'warn', interrupted: 'warn' } as const;
const isStatus = (status: string): status is keyof typeof STATUSES => status in STATUSES;
/** How one run ended. */
export function RunStatus({ status }: { status: string | null }) {
  const { t } = useTranslation();
  if (status === null || !isStatus(status)) return <span className="muted">–</span>;
  return (
    <Chip tone={STATUSES[status]} dot>
      {t(`scheduler.statuses.${status}`)}
    </Chip>
  );
}
