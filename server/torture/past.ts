import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { migrateToLatest } from '../src/store/migrate.ts';
import { openHandle } from '../src/store/open.ts';
import { DAY, makePast, pastRows, STEPS, untouchable } from '../test/history.ts';
import type { House } from './house.ts';

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
let made = 0;

async function withDatabase<T>(house: House, name: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ ...house.connection(name), max: 2 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
/** The schema as one text, names of constraints and defaults included, partitions left out. */
const schemaOf = (pool: pg.Pool) =>
  pool.query<{ line: string }>(`
    select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
      from information_schema.columns where table_schema = 'public' and table_name !~ '_\\d{4}_\\d\\d$'
    union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid::regclass::text !~ '_\\d{4}_\\d\\d$'
    union all select indexdef from pg_indexes where schemaname = 'public' and tablename !~ '_\\d{4}_\\d\\d$'
    order by 1`);

/** An installation of some earlier version, being brought to this one by a process of its own. */
export interface Upgrade {
  /** Kills the migrating process, if it still runs. */
  kill(): boolean;
  /** Brings it to its end; @returns what is not as it should be. */
  finish(): Promise<string[]>;
}

export async function startUpgrade(house: House, dice: () => number): Promise<Upgrade> {
  const name = `torture_${++made}`;
  const step = 1 + Math.floor(dice() * (STEPS.length - 1));
  await house.ask(`create database ${name} template template0`);
  const before = await withDatabase(house, name, async (pool) => {
    await makePast(pool, step);
    return pastRows(pool);
  });
  const child = spawn(process.execPath, [MAIN, 'migrate'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_ENV: 'test',
      WHALEFALL_DATA_DIR: house.folder,
      DATABASE_URL: house.connection(name).url,
      SECRET_KEY: 's'.repeat(40),
      JWT_SECRET_KEY: 'j'.repeat(40),
      CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  });
  const ended = once(child, 'exit');
  return {
    kill() {
      const running = child.exitCode === null && child.signalCode === null;
      if (running) child.kill('SIGKILL');
      return running;
    },
    async finish() {
      await ended;
      await house.ask('select 1');
      const faults: string[] = [];
      for (let tries = 0; ; tries++)
        try {
          await withDatabase(house, name, async (pool) => {
            const { rows: done } = await pool.query<{ name: string }>('select name from whalefall_migrations order by name');
            if (![step, STEPS.length].includes(done.length))
              faults.push(`migration stopped half way: ${done.length} of ${STEPS.length} from ${step}`);
            await migrateToLatest(openHandle(pool), DAY);
            const after = await pastRows(pool, before.columns);
            for (const [table, rows] of Object.entries(before.rows)) {
              const there = new Set(after.rows[table]);
              const lost = untouchable(table, rows).filter((row) => !there.has(row));
              if (lost.length > 0) faults.push(`migration from ${step}: rows of ${table} lost or changed: ${lost[0]}`);
            }
            const ours = (await schemaOf(pool)).rows.map(({ line }) => line);
            const fresh = await withDatabase(house, 'whalefall', async (own) => (await schemaOf(own)).rows.map(({ line }) => line));
            const differ = ours.filter((line) => !fresh.includes(line)).concat(fresh.filter((line) => !ours.includes(line)));
            if (differ.length > 0) faults.push(`migration from ${step}: the schema differs: ${differ[0]}`);
          });
          break;
        } catch (error) {
          // The database may be on its way back.
          if (tries > 20) throw error;
          await wait(250);
        }
      await house.ask(`drop database ${name} with (force)`);
      return faults;
    },
  };
}
