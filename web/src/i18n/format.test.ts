import { describe, expect, it } from 'vitest';
import { formatDuration, formatRelative, formatSize } from './format';

describe('sizes', () => {
  it.each([
    [null, '–'],
    [0, '0 MB'],
    [1023, '1,023 MB'],
    [1024, '1 GB'],
    [1536, '1.5 GB'],
    [10_291, '10 GB'],
    [10_394, '10.2 GB'],
    [1024 * 512, '512 GB'],
    [1024 * 1024 * 3, '3 TB'],
    [-2048, '−2 GB'],
  ])('%s MiB reads %s', (mb, text) => expect(formatSize(mb, 'en')).toBe(text));
  it('carry a sign when they are a change', () => {
    expect(formatSize(2048, 'en', true)).toBe('+2 GB');
    expect(formatSize(0, 'en', true)).toBe('0 MB');
  });
});

describe('times', () => {
  const now = new Date('2026-03-10T12:00:00Z');
  it.each([
    ['2026-03-10T11:59:30Z', 'just now', '刚刚'],
    ['2026-03-10T12:00:30Z', 'any moment', '即将'],
    ['2026-03-10T11:55:00Z', '5 minutes ago', '5分钟前'],
    ['2026-03-10T15:00:00Z', 'in 3 hours', '3小时后'],
    ['2026-03-09T11:00:00Z', 'yesterday', '昨天'],
    ['2025-01-10T12:00:00Z', 'last year', '去年'],
  ])('%s is %s', (at, en, zh) => {
    expect(formatRelative(new Date(at), now, 'en')).toBe(en);
    expect(formatRelative(new Date(at), now, 'zh-CN')).toBe(zh);
  });
});

describe('durations', () => {
  it.each([
    [null, '–', '–'],
    [0, '< 1 s', '< 1 秒'],
    [0.25, '250 ms', '250 毫秒'],
    [42, '42 s', '42 秒'],
    [185, '3 min 5 s', '3 分 5 秒'],
    [7800, '2 h 10 min', '2 小时 10 分'],
  ])('%s seconds', (seconds, en, zh) => {
    expect(formatDuration(seconds, 'en')).toBe(en);
    expect(formatDuration(seconds, 'zh-CN')).toBe(zh);
  });
});
