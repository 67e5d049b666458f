/**
 * Syncs of one live server in a process of their own, so that memory is this work's and nothing else's. Asked for by
 * main-job.ts; the target and its size come as a message, the figures go back as one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { DbType } from '@whalefall/contract';
import { openBenchHouse } from './house.ts';

export interface Asked {
  dbType: DbType;
  host: string;
  port: number;
  username: string;
  password: string;
}
interface Sync {
  ms: number;
  readMs: number;
  storeMs: number;
  statements: number;
  /** Processor time until the record ended: of this process, and of our store's backends. */
  cpuMs: number;
  storeCpuMs: number;
  /** Highest resident memory above that before it, MB, until the record ended; until its classification has ended too. */
  grownAtEndMb: number;
  grownMb: number;
}
export interface Measured {
  version: string;
  idleMb: number;
  first: Sync;
  second: Sync & { rewritten: number };
  capacity: { ms: number; statements: number };
}

const status = (field: string): number =>
  Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024);
/** The kernel's own high-water mark, set back to now. */
const resetPeak = () => writeFileSync('/proc/self/clear_refs', '5');

/** User and system time of a process in ms; a clock tick is 10 ms. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

async function measure(asked: Asked): Promise<Measured> {
  const house = await openBenchHouse();
  const { store } = house.deps;
  try {
    const id = await house.register({ name: 'live', ...asked });
    const rowsWritten = async () =>
      (
        await store.pool.query<{ n: number }>(
          `select pg_stat_force_next_flush(), (select sum(n_tup_ins + n_tup_upd + n_tup_del)::int from pg_stat_user_tables
           where relname in ('account_permission', 'instance_accounts', 'account_privileges', 'account_memberships', 'account_ownership', 'account_change_log', 'account_classification_assignments')) as n`,
        )
      ).rows[0]!.n;
    const backendsCpu = async () => {
      const { rows } = await store.pool.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'whalefall bench' and backend_type = 'client backend'`,
      );
      return rows.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
    };
    const sync = async (): Promise<Sync & { version: string }> => {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      resetPeak();
      const storeCpu = await backendsCpu();
      const [idle, cpu] = [status('VmRSS'), process.cpuUsage()];
      const { ms, details } = await house.sync('account', id);
      const spent = process.cpuUsage(cpu);
      const storeCpuMs = (await backendsCpu()) - storeCpu;
      const grownAtEndMb = status('VmHWM') - idle;
      await classified();
      const d = details as { read_ms: number; store_ms: number; statements: number; version: string };
      return {
        ms,
        readMs: d.read_ms,
        storeMs: d.store_ms,
        statements: d.statements,
        cpuMs: (spent.user + spent.system) / 1000,
        storeCpuMs,
        grownAtEndMb,
        grownMb: status('VmHWM') - idle,
        version: d.version,
      };
    };
    /** Accounts are classified after the record has ended. */
    const classified = async () => {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const { rows } = await store.pool.query<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where application_name = 'whalefall bench' and state <> 'idle' and pid <> pg_backend_pid()`,
        );
        if (rows[0]!.n === 0) return;
      }
    };
    const idleMb = status('VmRSS');
    const first = await sync();
    const before = await rowsWritten();
    const second = await sync();
    const rewritten = (await rowsWritten()) - before;
    const sizes = await house.sync('capacity', id);
    return {
      version: first.version,
      idleMb,
      first,
      second: { ...second, rewritten },
      capacity: { ms: sizes.ms, statements: (sizes.details as { statements: number }).statements },
    };
  } finally {
    await house.close();
  }
}

process.once('message', (asked: Asked) => {
  measure(asked).then(
    (figures) => process.send!(figures, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
