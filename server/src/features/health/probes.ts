import { statfs } from 'node:fs/promises';
import os from 'node:os';
import type { Kysely } from 'kysely';
import { pendingMigrations } from '../../store/migrate.ts';
import type { DB } from '../../store/tables.ts';
import { answers } from './queries.ts';

const PROBE_MS = 2000;

export interface Probe {
  healthy: boolean;
  response_time_ms: number | null;
  status: string;
  error?: string;
}

/** Asks with a limit; an error becomes a code, never its text. */
async function timed(ask: () => Promise<unknown>, good: string): Promise<Probe> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>(
    (_, reject) => (timer = setTimeout(() => reject(Object.assign(new Error(), { code: 'TIMEOUT' })), PROBE_MS)),
  );
  try {
    await Promise.race([ask(), late]);
    return { healthy: true, response_time_ms: Math.round((performance.now() - started) * 100) / 100, status: good };
  } catch (error) {
    return { healthy: false, response_time_ms: null, status: 'error', error: String((error as { code?: unknown }).code ?? 'ERROR') };
  } finally {
    clearTimeout(timer);
  }
}

export const databaseProbe = (db: Kysely<DB>): Promise<Probe> => timed(() => answers(db), 'connected');
/** Ready means: our database answers and has every migration. */
export const readinessProbe = (db: Kysely<DB>): Promise<Probe> =>
  timed(async () => {
    if ((await pendingMigrations(db)).length > 0) throw Object.assign(new Error(), { code: 'MIGRATIONS_PENDING' });
  }, 'connected');

const percent = (used: number, total: number): number => (total === 0 ? 0 : Math.round((1000 * used) / total) / 10);

/** The host as it is now: the one-minute load against the cores, memory, and the disk of the data directory. Nothing waits. */
export async function systemNumbers(dataDir: string) {
  const [total, free] = [os.totalmem(), os.freemem()];
  const disk = await statfs(dataDir).catch(() => null);
  const diskTotal = disk ? disk.blocks * disk.bsize : 0;
  const diskUsed = disk ? diskTotal - disk.bavail * disk.bsize : 0;
  return {
    cpu: Math.min(100, percent(os.loadavg()[0]!, os.cpus().length)),
    memory: { used: total - free, total, percent: percent(total - free, total) },
    disk: { used: diskUsed, total: diskTotal, percent: percent(diskUsed, diskTotal) },
  };
}

/** `1天 2小时 3分钟` or `1 d 2 h 3 min`. */
export function uptimeText(seconds: number, locale: 'zh-CN' | 'en'): string {
  const [d, h, m] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600), Math.floor((seconds % 3600) / 60)];
  return locale === 'en' ? `${d} d ${h} h ${m} min` : `${d}天 ${h}小时 ${m}分钟`;
}
