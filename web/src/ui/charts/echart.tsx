/** The only module that knows ECharts. */
import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use as register, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useFormat } from '../../i18n/format';
import { token } from '../theme/theme';
import { type Series, unitFor, withGaps } from './series';

register([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

const COLOURS = 8;
/** A point whose neighbours are gaps would be invisible without a mark. */
function marked(points: [string, number | null][]) {
  return points.map(([date, value], i) => {
    const alone = value !== null && (points[i - 1]?.[1] ?? null) === null && (points[i + 1]?.[1] ?? null) === null;
    return { value: [date, value], symbolSize: alone ? 6 : 0 };
  });
}

export default function SizeLines({
  series,
  hidden,
  dark,
  height,
  label,
  onPick,
}: {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  dark: boolean;
  height: number;
  label: string;
  onPick?: ((key: string) => void) | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const format = useFormat();
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  });

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current);
    chart.current = made;
    made.on('click', (event) => {
      if (event.seriesId) pick.current?.(event.seriesId);
    });
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    const of = (name: string) => token(name, dark);
    const { unit, factor } = unitFor(series);
    chart.current?.setOption(
      {
        animation: false,
        textStyle: { fontFamily: of('font') },
        grid: { top: 14, right: 18, bottom: 4, left: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: {
          trigger: 'axis',
          confine: true,
          backgroundColor: of('raised'),
          borderColor: of('border'),
          textStyle: { color: of('text'), fontSize: 13 },
          valueFormatter: (value: number | null) => format.size(value === null || value === undefined ? null : value * factor),
        },
        xAxis: {
          type: 'time',
          axisLine: { lineStyle: { color: of('border-strong') } },
          axisTick: { show: false },
          axisLabel: { color: of('text-3'), hideOverlap: true, formatter: format.monthDay },
          splitLine: { show: false },
        },
        yAxis: {
          type: 'value',
          scale: true,
          splitNumber: 4,
          axisLabel: { color: of('text-3'), formatter: (value: number) => `${format.number(value)} ${unit}` },
          splitLine: { lineStyle: { color: of('border') } },
        },
        series: series.map((one, i) => ({
          id: one.key,
          name: one.name,
          type: 'line',
          data: hidden.has(one.key)
            ? []
            : marked(withGaps(one.points).map(([date, value]) => [date, value === null ? null : value / factor])),
          connectNulls: false,
          showSymbol: true,
          symbol: 'circle',
          lineStyle: { width: 2, color: of(`chart-${(i % COLOURS) + 1}`) },
          itemStyle: { color: of(`chart-${(i % COLOURS) + 1}`) },
          emphasis: { focus: 'series' },
          triggerLineEvent: true,
          cursor: onPick ? 'pointer' : 'default',
        })),
      },
      { notMerge: true },
    );
  }, [series, hidden, dark, format, onPick]);

  return <div ref={box} role="img" aria-label={label} style={{ height }} />;
}
