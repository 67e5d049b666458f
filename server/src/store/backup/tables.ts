import type pg from 'pg';

/** A table as it is copied: in an order in which no row needs one that comes later. */
export interface CopiedTable {
  name: string;
  columns: string[];
}

/** What is said in numbers of this server's transactions means nothing in another one, or worse: something else. */
export const OF_THIS_SERVER = ['table_writes', 'classification_marks'];

/** All tables of ours with the columns that are not computed; not the migrations' own, not the queue's. */
export async function copiedTables(client: pg.ClientBase): Promise<CopiedTable[]> {
  const { rows } = await client.query<CopiedTable & { needs: string[] }>(
    `
    select class.relname::text as name,
           (select array_agg(attname::text order by attnum) from pg_attribute
             where attrelid = class.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
           array(select distinct target.relname::text from pg_constraint
             join pg_class target on target.oid = confrelid
             where conrelid = class.oid and contype = 'f' and confrelid <> class.oid) as needs
    from pg_class class
    where class.relnamespace = current_schema()::regnamespace and class.relkind in ('r', 'p') and not class.relispartition
      and class.relname not like 'whalefall\\_migrations%' and class.relname <> all ($1)
    order by class.relname`,
    [OF_THIS_SERVER],
  );
  const sorted: CopiedTable[] = [];
  const left = [...rows];
  while (left.length > 0) {
    const next = left.findIndex(({ needs }) => needs.every((name) => sorted.some((table) => table.name === name)));
    if (next < 0) throw new Error(`tables refer to each other in a circle: ${left.map(({ name }) => name).join(', ')}`);
    const [{ name, columns }] = left.splice(next, 1) as [(typeof rows)[number]];
    sorted.push({ name, columns });
  }
  return sorted;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export async function appliedMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from whalefall_migrations order by name');
  return rows.map(({ name }) => name);
}
