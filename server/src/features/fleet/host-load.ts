import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

const SAMPLE_MS = 200;

/** Ticks of all cores since the machine started: how many, and how many of them idle. */
export function ticksOf(cpus: readonly { times: Record<string, number> }[]): { all: number; idle: number } {
  return cpus.reduce(
    (sum, { times }) => ({ all: sum.all + Object.values(times).reduce((n, time) => n + time, 0), idle: sum.idle + times.idle! }),
    { all: 0, idle: 0 },
  );
}

const percent = (part: number, whole: number): number => (whole <= 0 ? 0 : Math.round((1000 * part) / whole) / 10);

/** Bytes and percentages of the machine we run on; the CPU is watched for a fifth of a second, the disk is the one of `dataDir`. */
export async function hostLoad(dataDir: string) {
  const before = ticksOf(os.cpus() as never);
  const [disk] = await Promise.all([statfs(dataDir).catch(() => statfs('/')), wait(SAMPLE_MS)]);
  const after = ticksOf(os.cpus() as never);
  const all = after.all - before.all;
  const memory = { total: os.totalmem(), used: os.totalmem() - os.freemem() };
  const used = (disk.blocks - disk.bfree) * disk.bsize;
  return {
    cpu: percent(all - (after.idle - before.idle), all),
    memory: { ...memory, percent: percent(memory.used, memory.total) },
    // As df says it: of what an ordinary user may fill.
    disk: { used, total: disk.blocks * disk.bsize, percent: percent(used, used + disk.bavail * disk.bsize) },
  };
}

/** `3天 4小时 5分钟`, `3 d 4 h 5 min`. */
export function uptimeText(seconds: number, locale: 'zh-CN' | 'en'): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600), Math.floor((seconds % 3600) / 60)];
  return locale === 'en' ? `${days} d ${hours} h ${minutes} min` : `${days}天 ${hours}小时 ${minutes}分钟`;
}
