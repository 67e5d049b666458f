import { Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Series } from '../../ui/charts/series';
import { SizeChart, useChartAhead } from '../../ui/charts/size-chart';
import { Panel } from '../../ui/page';
import { Empty, Failed, Skeleton } from '../../ui/states';
import { type CapacityState, SHOWS, TOPS } from './capacity-state';

/** One period of one instance or database. */
export interface Point {
  key: string;
  name: string;
  href: string;
  start: string;
  size: number;
  change: number | null;
  percent: number | null;
}
interface Read {
  error: unknown;
  isError: boolean;
  refetch: () => unknown;
}

/** The largest ones over time: their size, or how it changed. */
export function CapacityChart({ state, points, read }: { state: CapacityState; points: Point[] | undefined; read: Read }) {
  useChartAhead();
  const { t } = useTranslation();
  const { step, show, as, top, url } = state;
  const series = useMemo(() => {
    const found = new Map<string, Series & { href: string; largest: number; points: [string, number | null][] }>();
    for (const point of points ?? []) {
      const one = found.get(point.key) ?? { key: point.key, name: point.name, href: point.href, largest: 0, points: [] };
      found.set(point.key, one);
      one.points.push([point.start, point[show]]);
      one.largest = Math.max(one.largest, Math.abs(point[show] ?? 0));
    }
    return [...found.values()].sort((a, b) => b.largest - a.largest);
  }, [points, show]);
  const drawn = series.some((one) => one.points.some(([, value]) => value !== null));
  return (
    <Panel
      className="spaced"
      title={t('capacity.chart')}
      extra={
        <>
          <Segmented
            size="small"
            aria-label={t('capacity.showsLabel')}
            value={show}
            onChange={(value) => url.set({ show: value === 'size' ? null : value, as: null })}
            options={SHOWS.map((value) => ({ value, label: t(`capacity.shows.${value}`) }))}
          />
          <Segmented
            size="small"
            aria-label={t('capacity.topLabel')}
            value={top}
            onChange={(value) => url.set({ top: value === TOPS[0] ? null : value })}
            options={TOPS.map((value) => ({ value, label: t('capacity.top', { n: value }) }))}
          />
        </>
      }
    >
      <div className="capacity-chart">
        {read.isError && !points ? (
          <Failed error={read.error} retry={() => void read.refetch()} />
        ) : !points ? (
          <Skeleton lines={9} />
        ) : !drawn ? (
          <Empty title={points.length > 0 ? t('capacity.noChange') : t('capacity.emptyFiltered')} />
        ) : (
          <SizeChart
            series={series}
            label={t('capacity.chart')}
            height={340}
            measure={show}
            as={as}
            step={step}
            onPick={(key) => {
              const one = series.find((found) => found.key === key);
              if (one) url.go(one.href);
            }}
            extra={
              <Segmented
                size="small"
                aria-label={t('capacity.asLabel')}
                value={as}
                onChange={(value) => url.set({ as: value })}
                options={(['line', 'bar'] as const).map((value) => ({ value, label: t(`capacity.as.${value}`) }))}
              />
            }
          />
        )}
      </div>
    </Panel>
  );
}
