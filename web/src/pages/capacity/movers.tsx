import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { Panel } from '../../ui/page';
import { Failed, Skeleton } from '../../ui/states';
import type { Point } from './capacity-chart';

interface Read {
  error: unknown;
  isError: boolean;
  isPending: boolean;
  refetch: () => unknown;
}

/** Who grew or shrank most in the newest period, over the whole of what is filtered. */
export function Movers({
  title,
  none,
  period,
  points,
  read,
}: {
  title: string;
  none: string;
  period: string;
  points: Point[];
  read: Read;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(1, ...points.map((point) => Math.abs(point.change ?? 0)));
  return (
    <Panel className="span-6" title={title} extra={<span className="muted">{t('capacity.movers', { period })}</span>}>
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : read.isPending ? (
        <Skeleton lines={5} />
      ) : points.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <ul className="bars movers">
          {points.map((point) => (
            <li key={point.key}>
              <A href={point.href} className="cut" title={point.name}>
                {point.name}
              </A>
              <span className="bars-track">
                <span
                  className={(point.change ?? 0) < 0 ? 'less' : 'more'}
                  style={{ width: `${(100 * Math.abs(point.change ?? 0)) / most}%` }}
                />
              </span>
              <span className="bars-value nowrap">
                {format.size(point.change, true)} <small className="muted">{point.percent !== null && format.percent(point.percent)}</small>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
