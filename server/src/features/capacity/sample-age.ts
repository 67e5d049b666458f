import type { Locale } from '@whalefall/contract';

/** How old the newest sample of a database is. Sizes are collected once a day: an hour or two late is not late (40-D84). */
const FRESH_HOURS = 26;
const DUE_HOURS = 50;
const HOUR_MS = 3_600_000;

export type SampleAge = 'pending' | 'completed' | 'running' | 'failed';
const SHOWN: Record<SampleAge, { zh: string; en: string; variant: string }> = {
  pending: { zh: '待采集', en: 'not collected', variant: 'secondary' },
  completed: { zh: '已更新', en: 'up to date', variant: 'success' },
  running: { zh: '待刷新', en: 'due', variant: 'warning' },
  failed: { zh: '超时', en: 'overdue', variant: 'danger' },
};

export const sampleLimits = (now: Date): { fresh: Date; due: Date } => ({
  fresh: new Date(now.getTime() - FRESH_HOURS * HOUR_MS),
  due: new Date(now.getTime() - DUE_HOURS * HOUR_MS),
});
export function sampleAge(at: Date | null, now: Date): SampleAge {
  if (at === null) return 'pending';
  const { fresh, due } = sampleLimits(now);
  return at >= fresh ? 'completed' : at >= due ? 'running' : 'failed';
}
export const sampleAgeShown = (value: SampleAge, locale: Locale) => ({
  value,
  label: SHOWN[value][locale === 'en' ? 'en' : 'zh'],
  variant: SHOWN[value].variant,
});

/** `512 MB`, from 1 GB on `1.50 GB`. */
export function sizeLabel(mb: number | null, locale: Locale): string {
  if (mb === null) return sampleAgeShown('pending', locale).label;
  return mb < 1024 ? `${mb} MB` : `${(mb / 1024).toFixed(2)} GB`;
}
