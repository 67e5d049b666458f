import { expect, test } from 'vitest';
import { hostLoad, ticksOf, uptimeText } from './host-load.ts';

test('ticks are added up over the cores', () => {
  const core = { times: { user: 3, nice: 0, sys: 1, idle: 6, irq: 0 } };
  expect(ticksOf([core, core])).toEqual({ all: 20, idle: 12 });
});

test('the numbers of this machine are percentages and bytes', async () => {
  const load = await hostLoad('/nonexistent');
  for (const percent of [load.cpu, load.memory.percent, load.disk.percent]) {
    expect(percent).toBeGreaterThanOrEqual(0);
    expect(percent).toBeLessThanOrEqual(100);
  }
  expect(load.memory.used).toBeLessThanOrEqual(load.memory.total);
  expect(load.disk.used).toBeLessThanOrEqual(load.disk.total);
});

test('uptime as people read it', () => {
  expect(uptimeText(2 * 86_400 + 3 * 3600 + 4 * 60 + 59, 'zh-CN')).toBe('2天 3小时 4分钟');
  expect(uptimeText(59, 'en')).toBe('0 d 0 h 0 min');
});
