import { Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './charts.css';

/** What a chart has above it, and the choice between the picture and the same as a table. */
export function ChartFrame({
  legend,
  extra,
  chart,
  table,
  maxHeight,
  className = '',
}: {
  legend?: ReactNode;
  /** Choices that stand with the legend. */
  extra?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
  /** Of the table; it scrolls then. */
  maxHeight: number;
  className?: string;
}) {
  const { t } = useTranslation();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  return (
    <figure className={`chart ${className}`}>
      <div className="chart-head">
        {legend}
        <span className="chart-acts">
          {extra}
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
        </span>
      </div>
      {view === 'chart' ? (
        chart
      ) : (
        <div className="chart-table" style={{ maxHeight, overflow: 'auto' }}>
          {table}
        </div>
      )}
    </figure>
  );
}
