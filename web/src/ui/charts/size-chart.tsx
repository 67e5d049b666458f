import { Segmented } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { useDark } from '../../prefs';
import { Table } from '../table/table';
import { allDates, type Series } from './series';
import './charts.css';

const SizeLines = lazy(() => import('./echart'));

/** Sizes over time: lines with gaps, a legend that keyboards reach, and the same as a table. */
export function SizeChart({
  series,
  label,
  height = 260,
  onPick,
}: {
  series: readonly Series[];
  label: string;
  height?: number;
  onPick?: (key: string) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const dark = useDark();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const dates = useMemo(() => allDates(series).reverse(), [series]);
  const values = useMemo(() => series.map((one) => new Map(one.points)), [series]);
  function flip(key: string) {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  }
  return (
    <figure className="chart">
      <div className="chart-head">
        {series.length > 1 && (
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
        )}
        <span className="grow" />
        <Segmented
          aria-label={t('ui.charted')}
          size="small"
          value={view}
          onChange={setView}
          options={[
            { value: 'chart', label: t('ui.chartView') },
            { value: 'table', label: t('ui.tableView') },
          ]}
        />
      </div>
      {view === 'chart' ? (
        <Suspense fallback={<div style={{ height }} className="chart-wait" />}>
          <SizeLines series={series} hidden={hidden} dark={dark} height={height} label={label} onPick={onPick} />
        </Suspense>
      ) : (
        <div style={{ maxHeight: height, overflow: 'auto' }} className="chart-table">
          <Table
            label={label}
            rows={dates}
            rowKey={(date) => date}
            columns={[
              { key: 'date', title: t('ui.date'), lead: true, render: (date) => format.date(date) },
              ...series.map((one, i) => ({
                key: one.key,
                title: one.name,
                align: 'end' as const,
                render: (date: string) => {
                  const value = values[i]?.get(date) ?? null;
                  return value === null ? <span className="muted">{t('ui.gap')}</span> : format.size(value);
                },
              })),
            ]}
          />
        </div>
      )}
    </figure>
  );
}
