import pg from 'pg';

/** Rows of one cursor's step, and of one insert. */
const STEP = 5000;

export interface Source {
  /** Hands on the rows as the text of JSON arrays, so that no value is read and written again on the way. @returns how many */
  read(table: string, columns: readonly string[], take: (rows: string) => Promise<void>): Promise<number>;
  has(table: string): boolean;
  close(): Promise<void>;
}

/**
 * The older program's database, at one moment and read only: the server itself refuses whatever would write.
 * @throws the driver's error when it cannot be reached; Error when it is not such a database
 */
export async function openSource(url: string): Promise<Source> {
  const client = new pg.Client({ connectionString: url, application_name: 'whalefall import', statement_timeout: 0 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    await client.query("set local timezone = 'UTC'");
    const { rows } = await client.query<{ name: string; columns: string[] }>(
      'select table_name::text as name, array_agg(column_name::text) as columns from information_schema.columns where table_schema = current_schema() group by 1',
    );
    const there = new Map(rows.map(({ name, columns }) => [name, new Set(columns)]));
    if (!there.has('instances') || !there.get('account_permission')?.has('instance_account_id'))
      throw new Error('the source holds no such database: its tables instances and account_permission are missing or others');
    return {
      has: (table) => there.has(table),
      async read(table, columns, take) {
        const known = there.get(table);
        if (!known) return 0;
        const list = columns.map((name) => (known.has(name) ? `"${name}"` : `null as "${name}"`)).join(', ');
        await client.query(`declare rows no scroll cursor for select row_to_json(t)::text as row from (select ${list} from "${table}") t`);
        let n = 0;
        for (;;) {
          const { rows: step } = await client.query<{ row: string }>(`fetch ${STEP} from rows`);
          if (step.length === 0) break;
          n += step.length;
          await take(`[${step.map(({ row }) => row).join(',')}]`);
        }
        await client.query('close rows');
        return n;
      },
      close: () => client.end(),
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
