/** The only module that knows ECharts. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use as register, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useFormat } from '../../i18n/format';
import { token } from '../theme/theme';
import type { Step } from './periods';
import { sayValue } from './say-value';
import { align, type Measure, type Series, unitFor } from './series';

register([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

const COLOURS = 8;
/** Measures that have one unit. */
const PLAIN: Partial<Record<Measure, { unit: string; factor: number }>> = {
  percent: { unit: '%', factor: 1 },
  count: { unit: '', factor: 1 },
};
/** A point whose neighbours are gaps would be invisible without a mark. */
function marked(values: (number | null)[]) {
  return values.map((value, i) => {
    const alone = value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
    return { value, symbolSize: alone ? 6 : 0 };
  });
}
/** Counts of different things are often equal: the line below is broad and pale, the one above thin, dashed, with marks. */
const SHAPES = ['circle', 'triangle', 'rect', 'diamond'] as const;
function stroke(i: number, color: string) {
  const above = i % 2 === 1;
  return {
    symbol: SHAPES[i % SHAPES.length],
    lineStyle: { color, width: above ? 2 : 6, opacity: above ? 1 : 0.4, type: above ? ([6, 4] as number[]) : ('solid' as const) },
  };
}
/** Less than before is drawn lighter: the direction tells it, the shade underlines it. */
const plain = (values: (number | null)[]) => values;
const bars = (values: (number | null)[]) =>
  values.map((value) => ({ value, itemStyle: { opacity: value !== null && value < 0 ? 0.5 : 0.9 } }));

export default function SizeLines({
  series,
  hidden,
  dark,
  height,
  label,
  onPick,
  measure,
  as,
  step,
  stacked,
}: {
  series: readonly Series[];
  hidden: ReadonlySet<string>;
  dark: boolean;
  height: number;
  label: string;
  onPick?: ((key: string) => void) | undefined;
  measure: Measure;
  as: 'line' | 'bar';
  step: Step;
  stacked: boolean;
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
    const { unit, factor } = PLAIN[measure] ?? unitFor(series);
    const { dates, values } = align(series, step);
    const said = (value: number | null | undefined) =>
      value === null || value === undefined ? format.gap : sayValue(format, measure, value * factor);
    const overlapping = measure === 'count' && as === 'line' && series.length > 1;
    const plot = as === 'bar' ? bars : overlapping ? plain : marked;
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
          valueFormatter: (value: number | null) => said(value),
        },
        xAxis: {
          type: 'category',
          data: dates.map((date) => format.period(step, date)),
          boundaryGap: as === 'bar' || dates.length === 1,
          axisLine: { onZero: true, lineStyle: { color: of('border-strong') } },
          axisTick: { show: false },
          axisLabel: {
            color: of('text-3'),
            hideOverlap: true,
            formatter: (_: string, i: number) => format.periodShort(step, dates[i] ?? ''),
          },
          splitLine: { show: false },
        },
        yAxis: {
          type: 'value',
          scale: measure === 'size' && as === 'line',
          splitNumber: 4,
          minInterval: measure === 'count' ? 1 : 0,
          axisLabel: { color: of('text-3'), formatter: (value: number) => `${format.number(value)} ${unit}`.trim() },
          splitLine: { lineStyle: { color: of('border') } },
        },
        series: series.map((one, i) => ({
          id: one.key,
          name: one.name,
          type: as,
          data: hidden.has(one.key) ? [] : plot(values[i]!.map((value) => (value === null ? null : value / factor))),
          connectNulls: false,
          ...(stacked && { stack: 'all' }),
          barMaxWidth: 26,
          barGap: '12%',
          showSymbol: true,
          symbol: 'circle',
          lineStyle: { width: 2, color: of(`chart-${(i % COLOURS) + 1}`) },
          ...(overlapping && { ...stroke(i, of(`chart-${(i % COLOURS) + 1}`)), symbolSize: 8 }),
          itemStyle: { color: of(`chart-${(i % COLOURS) + 1}`) },
          emphasis: { focus: 'series' },
          triggerLineEvent: true,
          cursor: onPick ? 'pointer' : 'default',
        })),
      },
      { notMerge: true },
    );
  }, [series, hidden, dark, format, onPick, measure, as, step, stacked]);

  return <div ref={box} role="img" aria-label={label} style={{ height }} />;
}
