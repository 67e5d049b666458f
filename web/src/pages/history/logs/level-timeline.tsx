import { LOG_LEVELS, type catalogue, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format';
import { ChartFrame } from '../../../ui/charts/chart-frame';
import { Table } from '../../../ui/table/table';

type Statistics = NonNullable<WireOf<typeof catalogue.historyLogs.getLogStatistics>>;
type Bucket = Statistics['timeline'][number];

const HEIGHT = 72;
const sum = (bucket: Bucket) => LOG_LEVELS.reduce((n, level) => n + bucket[level], 0);

const FEWEST = 24;
const HOUR_MS = 3_600_000;
/** Every step up to the last, and at least a day of them: an hour in which nothing was logged has no bar, but its place. */
function withEmpty(timeline: readonly Bucket[]): Bucket[] {
  if (timeline.length === 0) return [];
  const times = timeline.map((bucket) => Date.parse(bucket.bucket));
  const steps = times.slice(1).map((at, i) => at - times[i]!);
  const step = steps.length === 0 ? HOUR_MS : Math.min(...steps);
  const last = times.at(-1)!;
  const count = Math.max(FEWEST, Math.round((last - times[0]!) / step) + 1);
  const known = new Map(timeline.map((bucket, i) => [times[i], bucket]));
  const none = { DEBUG: 0, INFO: 0, WARNING: 0, ERROR: 0, CRITICAL: 0 };
  return Array.from({ length: count }, (_, i) => {
    const at = last - (count - 1 - i) * step;
    return known.get(at) ?? { bucket: new Date(at).toISOString(), ...none };
  });
}

/** Rows of the log along time, errors on top; the same as a table. */
export function LevelTimeline({ timeline }: { timeline: readonly Bucket[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const buckets = withEmpty(timeline);
  const most = Math.max(1, ...buckets.map(sum));
  return (
    <ChartFrame
      className="levels"
      maxHeight={220}
      legend={
        <ul className="chart-legend">
          {LOG_LEVELS.map((level) => (
            <li key={level} className={`level ${level}`}>
              <span />
              {t(`logs.levels.${level}`)}
            </li>
          ))}
        </ul>
      }
      chart={
        <>
          <div className="level-bars" style={{ height: HEIGHT }} role="img" aria-label={t('logs.timeline')}>
            {buckets.map((bucket) => (
              <div
                key={bucket.bucket}
                title={`${format.shortTime(bucket.bucket)} · ${LOG_LEVELS.filter((level) => bucket[level] > 0)
                  .map((level) => `${t(`logs.levels.${level}`)} ${format.number(bucket[level])}`)
                  .join(' · ')}`}
              >
                {LOG_LEVELS.map(
                  (level) =>
                    bucket[level] > 0 && (
                      <span key={level} className={`level ${level}`} style={{ height: Math.max(1, (HEIGHT * bucket[level]) / most) }} />
                    ),
                )}
              </div>
            ))}
          </div>
          <div className="level-axis muted">
            <span>{format.shortTime(buckets[0]?.bucket)}</span>
            <span>{format.shortTime(buckets.at(-1)?.bucket)}</span>
          </div>
        </>
      }
      table={
        <Table
          label={t('logs.timeline')}
          rows={timeline.toReversed()}
          rowKey={(bucket) => bucket.bucket}
          columns={[
            { key: 'time', title: t('logs.time'), lead: true, render: (bucket) => format.dateTime(bucket.bucket) },
            ...LOG_LEVELS.map((level) => ({
              key: level,
              title: t(`logs.levels.${level}`),
              align: 'end' as const,
              render: (bucket: Bucket) => format.number(bucket[level]),
            })),
          ]}
        />
      }
    />
  );
}
