import { catalogue } from '@whalefall/contract';
import { Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { periodStart, STEPS } from '../../ui/charts/periods';
import type { Series } from '../../ui/charts/series';
import { SizeChart, useChartAhead } from '../../ui/charts/size-chart';
import { Panel } from '../../ui/page';
import { Failed, Skeleton } from '../../ui/states';
import { useUrl } from '../../ui/url';

const KEYS = ['instance_count', 'instance_aggregation_count', 'database_count', 'database_aggregation_count'] as const;
const COUNTS = [7, 14, 30];

/** How many rows each period got, read and computed: what shows at once that a night was missed. */
export function CoreMetrics() {
  useChartAhead();
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const step = STEPS.find((one) => one === search.get('period_type')) ?? 'daily';
  const periods = COUNTS.find((one) => String(one) === search.get('periods')) ?? COUNTS[0]!;
  const read = useRoute(catalogue.partition.getCoreAggregationMetrics, { query: { period_type: step, days: periods } }, { keep: true });
  // While the next period is on its way the last answer stands there; its dates are its own.
  const { data } = read;
  const shown = data?.periodType ?? step;
  const series = useMemo<Series[] | undefined>(() => {
    return (
      data &&
      KEYS.map((key) => ({
        key,
        name: t(`partitions.series.${key}`),
        // A bucket is named by its last day there, by its first here.
        points: data.labels.map(
          (label, i) => [periodStart(shown, label), data.datasets.find((one) => one.series_key === key)?.data[i] ?? null] as const,
        ),
      }))
    );
  }, [data, shown, t]);
  return (
    <Panel
      className="span-12"
      title={t('partitions.metrics')}
      extra={
        <>
          <Segmented
            size="small"
            aria-label={t('capacity.period')}
            value={step}
            onChange={(value) => set({ period_type: value === 'daily' ? null : value })}
            options={STEPS.map((value) => ({ value, label: t(`partitions.periods.${value}`) }))}
          />
          <Segmented
            size="small"
            aria-label={t('capacity.periods')}
            value={periods}
            onChange={(value) => set({ periods: value === COUNTS[0] ? null : value })}
            options={COUNTS.map((value, i) => ({ value, label: i === 0 ? t('capacity.last', { n: value }) : value }))}
          />
        </>
      }
    >
      {read.isError && !series ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !series ? (
        <Skeleton lines={9} />
      ) : (
        <>
          <SizeChart series={series} label={t('partitions.metrics')} height={280} measure="count" step={shown} />
          <p className="muted">{t('partitions.metricsHint')}</p>
        </>
      )}
    </Panel>
  );
}
