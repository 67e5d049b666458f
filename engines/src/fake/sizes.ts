/** How big a made-up database is on a given day (pure): steady, fast or flat growth, clean-ups, sudden jumps. */
import type { DbType } from '../engine.ts';
import { random, seedOf } from './random.ts';

export type Growth = 'flat' | 'steady' | 'fast' | 'archived' | 'jumping' | 'shrinking';

export interface FakeDatabase {
  name: string;
  isSystem: boolean;
  /** Size on `ORIGIN_DAY`. */
  baseBytes: number;
  growth: Growth;
}

/** Days are counted from 1970-01-01; growth is reckoned from this one. */
export const ORIGIN_DAY = 20_000;

/** `2025-11-21` → 20413. */
export const dayNumber = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000);

/** Monthly share of the base size. */
const PER_MONTH: Record<Growth, number> = { flat: 0.002, steady: 0.03, fast: 0.14, archived: 0.05, jumping: 0.02, shrinking: -0.015 };

/** Bytes of data on a day; the same for the same arguments. */
export function bytesOn(instance: string, database: FakeDatabase, day: number): number {
  const months = (day - ORIGIN_DAY) / 30;
  let factor = Math.max(1 + PER_MONTH[database.growth] * months, 0.2);
  // Every 45 days old rows are moved away, which gives back a fifth.
  if (database.growth === 'archived') factor += ((((day % 45) + 45) % 45) / 45) * 0.25;
  // Now and then a table is loaded or copied at once.
  if (database.growth === 'jumping')
    for (let block = 0; block < months / 3; block += 1) factor += random(seedOf(`${instance}/${database.name}/${block}`)).next() * 0.35;
  const noise = 1 + (random(seedOf(`${instance}/${database.name}@${day}`)).next() - 0.5) * 0.006;
  return Math.max(Math.round(database.baseBytes * factor * noise), 8192);
}

/** Share of a SQL Server log beside its data. */
export const logBytesOn = (dbType: DbType, dataBytes: number, instance: string, name: string): number | null =>
  dbType === 'sqlserver' ? Math.round(dataBytes * (0.05 + random(seedOf(`${instance}#${name}`)).next() * 0.3)) : null;
