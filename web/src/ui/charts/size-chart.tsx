import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { useDark } from '../../prefs';
import { later } from '../later';
import { Table } from '../table/table';
import { ChartFrame } from './chart-frame';
import type { Step } from './periods';
import { sayValue } from './say-value';
import { align, type Measure, type Series } from './series';

const SizeLines = later(
  () => import('./echart'),
  ({ height }) => <div style={{ height }} className="chart-wait" />,
);

/** A page that will draw fetches what draws while its data is on the way. */
export function useChartAhead(): void {
  useEffect(() => SizeLines.ahead(), []);
}

/** Sizes over time: lines with gaps, a legend that keyboards reach, and the same as a table. */
export function SizeChart({
  series,
  label,
  height = 260,
  onPick,
  measure = 'size',
  as = 'line',
  step = 'daily',
  stacked = false,
  extra,
}: {
  series: readonly Series[];
  label: string;
  height?: number;
  onPick?: (key: string) => void;
  measure?: Measure;
  as?: 'line' | 'bar';
  step?: Step;
  /** Bars of one period upon each other: parts of a sum. */
  stacked?: boolean;
  /** Choices that stand with the legend. */
  extra?: ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const dark = useDark();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { dates, values } = useMemo(() => align(series, step), [series, step]);
  const rows = useMemo(() => dates.map((date, i) => ({ date, i })).reverse(), [dates]);
  const said = (value: number) => sayValue(format, measure, value);
  function flip(key: string) {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  }
  const legend = series.length > 1 && (
    <ul className="chart-legend">
      {series.map((one, i) => (
        <li key={one.key}>
          <button type="button" aria-pressed={!hidden.has(one.key)} onClick={() => flip(one.key)}>
            <span style={{ background: `var(--chart-${(i % 8) + 1})` }} />
            {one.name}
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <ChartFrame
      legend={legend}
      extra={extra}
      maxHeight={height}
      chart={
        <SizeLines
          series={series}
          hidden={hidden}
          dark={dark}
          height={height}
          label={label}
          onPick={onPick}
          measure={measure}
          as={as}
          step={step}
          stacked={stacked}
        />
      }
      table={
        <Table
          label={label}
          rows={rows}
          rowKey={(row) => row.date}
          columns={[
            { key: 'date', title: t('ui.date'), lead: true, render: (row) => format.period(step, row.date) },
            ...series.map((one, i) => ({
              key: one.key,
              title: one.name,
              align: 'end' as const,
              render: (row: { i: number }) => {
                const value = values[i]?.[row.i] ?? null;
                return value === null ? <span className="muted">{t('ui.gap')}</span> : said(value);
              },
            })),
          ]}
        />
      }
    />
  );
}
