import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openHandle } from '../src/store/open.ts';
import { ensurePartitions, partitionedTables } from '../src/store/partitions.ts';
import type { Answer, Client } from './client.ts';
import type { House } from './house.ts';
import { sessions } from './invariants.ts';
import { startUpgrade } from './past.ts';
import { changesBetween, picture, tortureWorld } from './world.ts';

const STEPS_AT_ONCE = 4;
const IMPORT_ROWS = 60;
const PERIODS = ['daily', 'weekly', 'monthly', 'quarterly'] as const;

export type Work = 'account' | 'classification' | 'capacity' | 'aggregation' | 'import' | 'migration' | 'job';
/** Work of one lane changes what the others of it are measured by. */
export const LANES: Partial<Record<Work, readonly string[]>> = {
  account: ['account', 'classification'],
  classification: ['account', 'classification'],
  capacity: ['capacity', 'aggregation'],
  aggregation: ['capacity', 'aggregation'],
};

/** Work that was begun: looked at until it has ended, then for what it should have done. */
export interface Begun {
  work: Work;
  /** Kills what only this work runs in; false when nothing does. */
  kill?(): boolean;
  /** @returns null while it goes on, else what is wrong */
  check(): Promise<string[] | null>;
}

export interface Works {
  begin(work: Work): Promise<Begun>;
  /** The first, quiet time: what each kind of work leaves when nothing is killed. */
  reference(): Promise<void>;
}

export function openWorks(house: House, client: Client, seed: number, today: string, dice: () => number): Works {
  const world = tortureWorld(seed);
  const ever = new Set<string>();
  let step = 0;
  let imports = 0;
  const expected: Record<string, string> = {};

  const sizes = async () =>
    JSON.stringify(
      await house.ask(
        `select i.name, d.database_name, d.size_mb, d.size_bytes from database_size_stats d join instances i on i.id = d.instance_id where d.collected_date = $1 order by 1, 2`,
        [today],
      ),
    );
  const aggregates = async (period: string) =>
    JSON.stringify(
      await house.ask(
        `select to_jsonb(a) - 'id' - 'calculated_at' - 'created_at' as row from (select * from database_size_aggregations where period_type = $1 order by instance_id, database_name, period_start) a`,
        [period],
      ),
    ) +
    JSON.stringify(
      await house.ask(
        `select to_jsonb(a) - 'id' - 'calculated_at' - 'created_at' as row from (select * from instance_size_aggregations where period_type = $1 order by instance_id, period_start) a`,
        [period],
      ),
    );
  const classes = async () =>
    JSON.stringify(
      await house.ask(`select a.account_id, a.classification_id from account_classification_assignments a join account_permission p on p.id = a.account_id
         join instance_accounts i on i.id = p.instance_account_id where a.is_active and i.is_active order by 1, 2`),
    );

  /** Starts a session, whatever happens to the answer. @returns its id */
  async function start(category: string, send: () => Promise<Answer>): Promise<string> {
    const before = new Set((await sessions(house)).map((one) => one.session_id));
    for (;;) {
      const reply = await send();
      const id = reply?.status === 200 ? (reply.body.data.session_id ?? reply.body.data.result?.session_id) : undefined;
      const now = await sessions(house);
      if (id) {
        if (!now.some((one) => one.session_id === id)) throw new Error(`${category}: a session that was answered 200 is not there`);
        return id as string;
      }
      const made = now.find((one) => one.category === category && !before.has(one.session_id));
      if (made) return made.session_id;
      if (reply && ![409, 503, 401].includes(reply.status)) throw new Error(`${category}: ${reply.status} ${reply.text.slice(0, 300)}`);
      await wait(100);
    }
  }
  /** Null while it runs; else what its records say against it. */
  async function over(sessionId: string): Promise<string[] | null> {
    const [session] = await house.ask<{ status: string; sync_category: string }>(
      'select status, sync_category from sync_sessions where session_id = $1',
      [sessionId],
    );
    if (!session) return [`session ${sessionId} is gone`];
    if (session.status === 'running') return null;
    const records = await house.ask<{ instance_name: string; status: string; attempts: number; error_code: string; error_message: string }>(
      `select instance_name, status, attempts, error_code, error_message from sync_instance_records where session_id = $1 and status <> 'completed'`,
      [sessionId],
    );
    return records.map(
      (one) => `${session.sync_category}: ${one.instance_name} ${one.status} after ${one.attempts}: ${one.error_code} ${one.error_message}`,
    );
  }
  const begun = (work: Work, sessionId: string, compare: () => Promise<string | null>): Begun => ({
    work,
    async check() {
      const found = await over(sessionId);
      if (found === null) return null;
      const differs = found.length === 0 ? await compare() : null;
      return differs ? [...found, differs] : found;
    },
  });
  const same = (what: string, key: string, now: () => Promise<string>) => async () => {
    const [found, wanted] = [await now(), expected[key]!];
    if (found === wanted) return null;
    const [there, lines] = [found.split('},{'), wanted.split('},{')];
    const [lost, extra] = [lines.filter((one) => !there.includes(one)), there.filter((one) => !lines.includes(one))];
    return `${what}: of ${lines.length} that a quiet run leaves ${lost.length} are missing (${lost[0] ?? ''}), ${extra.length} are none (${extra[0] ?? ''})`;
  };

  const begins: Record<Work, () => Promise<Begun>> = {
    async account() {
      const before = picture(world);
      step += STEPS_AT_ONCE;
      world.mutate(step);
      house.setStep(step);
      const changes = changesBetween(step === STEPS_AT_ONCE ? new Map() : before, picture(world), ever);
      const id = await start('account', () => client.call('POST', '/accounts/sync/api/sync-all'));
      return begun('account', id, async () => {
        const rows = await house.ask<{ line: string }>(
          `select distinct i.name || '|' || l.username || '|' || case when change_type like 'modify%' then 'modify' else change_type end as line
           from account_change_log l join instances i on i.id = l.instance_id where l.session_id = $1`,
          [id],
        );
        const found = rows.map(({ line }) => line).sort();
        const lost = changes.filter((line) => !found.includes(line));
        const extra = found.filter((line) => !changes.includes(line));
        return lost.length + extra.length === 0
          ? null
          : `change log: of ${changes.length} changes ${lost.length} are missing (${lost[0] ?? ''}), ${extra.length} are none (${extra[0] ?? ''})`;
      });
    },
    async classification() {
      const before = await classes();
      expected.classes = before;
      await house.ask('delete from account_classification_assignments');
      const id = await start('classification', () => client.call('POST', '/accounts/classifications/api/auto-classify', {}));
      return begun('classification', id, same('classes', 'classes', classes));
    },
    async capacity() {
      await house.ask('delete from database_size_stats where collected_date = $1', [today]);
      await house.ask('delete from instance_size_stats where collected_date = $1', [today]);
      const id = await start('capacity', () => client.call('POST', '/databases/api/sync-all-capacity'));
      return begun('capacity', id, same('sizes', 'sizes', sizes));
    },
    async aggregation() {
      const period = PERIODS[Math.floor(dice() * PERIODS.length)]!;
      await house.ask('delete from database_size_aggregations where period_type = $1', [period]);
      await house.ask('delete from instance_size_aggregations where period_type = $1', [period]);
      const id = await start('aggregation', () => client.call('POST', '/capacity/api/aggregations/current', { period_type: period }));
      return begun(
        'aggregation',
        id,
        same(`${period} aggregates`, period, () => aggregates(period)),
      );
    },
    async import() {
      const file = `import-${++imports}-`;
      const lines = Array.from({ length: IMPORT_ROWS }, (_, i) => `${file}${i},mysql,10.77.${imports % 250}.${i},3306,false`);
      const reply = client.upload('/instances/batch/api/create', ['name,db_type,host,port,is_active', ...lines].join('\n'));
      return {
        work: 'import',
        async check() {
          const answer = await reply;
          const [row] = await house.ask<{ n: number }>('select count(*)::int as n from instances where name like $1', [`${file}%`]);
          const n = row!.n;
          if (answer && answer.status < 300 && (n !== IMPORT_ROWS || answer.body.data.created_count !== IMPORT_ROWS))
            return [`an import of ${IMPORT_ROWS} was answered ${answer.status} with ${answer.body.data.created_count}, ${n} are there`];
          if (n !== 0 && n !== IMPORT_ROWS) return [`of an import of ${IMPORT_ROWS} only ${n} are there`];
          return [];
        },
      };
    },
    async migration() {
      const upgrade = await startUpgrade(house, dice);
      return { work: 'migration', kill: () => upgrade.kill(), check: () => upgrade.finish() };
    },
    async job() {
      const reply = await client.call('POST', '/scheduler/api/jobs/cleanup_logs/run');
      const runId: number | undefined = reply?.status === 200 ? (reply.body.data.run_id ?? reply.body.data.id) : undefined;
      const from = Date.now();
      return {
        work: 'job',
        async check() {
          if (runId === undefined) return [];
          const [run] = await house.ask<{ status: string; error: string | null }>(
            'select status, error from scheduler_job_runs where id = $1',
            [runId],
          );
          if (!run) return [`run ${runId} was answered 200 and is not there`];
          if (run.status === 'running') return Date.now() - from > 120_000 ? [`run ${runId} still runs after two minutes`] : null;
          return run.status === 'success' ? [] : [`run ${runId} ended as ${run.status}: ${run.error}`];
        },
      };
    },
  };

  async function quiet(work: Work): Promise<void> {
    const one = await begins[work]();
    for (;;) {
      const found = await one.check();
      if (found && found.length > 0) throw new Error(`nothing was killed, and yet: ${found.join('; ')}`);
      if (found) break;
      await wait(100);
    }
    while ((await sessions(house)).some((session) => session.status === 'running')) await wait(100);
  }

  return {
    begin: (work) => begins[work](),
    async reference() {
      const credential: Record<string, number> = {};
      for (const instance of world.instances) {
        credential[instance.dbType] ??= (
          await client.call('POST', '/credentials/api/create', {
            ...{
              name: `${instance.dbType} login`,
              credential_type: 'database',
              db_type: instance.dbType,
              username: 'monitor',
              password: 'monitor-1',
            },
          })
        )?.body.data.credential.id;
        const { name, dbType: db_type, host, port, database } = instance;
        const made = await client.call('POST', '/instances/api/create', {
          ...{ name, db_type, host, port, credential_id: credential[db_type], ...(database ? { database_name: database } : {}) },
        });
        if (made?.status !== 201) throw new Error(`cannot register ${name}: ${made?.status} ${made?.text}`);
      }
      await quiet('account');
      expected.sizes = '';
      const id = await start('capacity', () => client.call('POST', '/databases/api/sync-all-capacity'));
      while ((await over(id)) === null) await wait(100);
      expected.sizes = await sizes();
      // A history to aggregate: what is today has been so since the quarter began.
      const pool = new pg.Pool({ ...house.connection('whalefall'), max: 1 });
      const since = `${today.slice(0, 4)}-${String(3 * Math.floor((Number(today.slice(5, 7)) - 1) / 3) + 1).padStart(2, '0')}-01`;
      const months = [0, 1, 2].map((n) => `${since.slice(0, 5)}${String(Number(since.slice(5, 7)) + n).padStart(2, '0')}-01`);
      for (const { name } of partitionedTables) await ensurePartitions(openHandle(pool), name, months);
      await pool.end();
      await house.ask(
        `insert into database_size_stats (instance_id, database_name, size_mb, size_bytes, data_size_mb, collected_date)
         select instance_id, database_name, size_mb, size_bytes, data_size_mb, day::date from database_size_stats, generate_series($1::date, $2::date - 1, interval '1 day') day where collected_date = $2
         on conflict do nothing`,
        [since, today],
      );
      await house.ask(
        `insert into instance_size_stats (instance_id, total_size_mb, total_size_bytes, database_count, collected_date)
         select instance_id, total_size_mb, total_size_bytes, database_count, day::date from instance_size_stats, generate_series($1::date, $2::date - 1, interval '1 day') day where collected_date = $2
         on conflict do nothing`,
        [since, today],
      );
      for (const period of PERIODS) {
        const session = await start('aggregation', () =>
          client.call('POST', '/capacity/api/aggregations/current', { period_type: period }),
        );
        while ((await over(session)) === null) await wait(100);
        expected[period] = await aggregates(period);
        if (!expected[period].includes(period)) throw new Error(`nothing was aggregated ${period}`);
      }
      await quiet('classification');
      await quiet('capacity');
    },
  };
}
