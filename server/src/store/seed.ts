import { engines } from '@whalefall/engines';
import { type Kysely, sql } from 'kysely';
import type { DB } from './tables.ts';

/**
 * Brings `permission_configs` to what this version's engines know. Run at every migration: new names appear and
 * descriptions follow the program, while `is_active` stays as it was set.
 */
export async function seed(db: Kysely<DB>): Promise<void> {
  const rows = Object.entries(engines).flatMap(([db_type, { privileges }]) => {
    const positions = new Map<string, number>();
    return privileges.map(({ category, name, kind, description_zh, description_en, min_version, flavour }) => {
      const sort_order = (positions.get(category) ?? 0) + 1;
      positions.set(category, sort_order);
      return { db_type, category, permission_name: name, kind, description_zh, description_en, min_version, flavour, sort_order };
    });
  });
  await sql`
    insert into permission_configs as present
      (db_type, category, permission_name, kind, description_zh, description_en, min_version, flavour, sort_order)
    select db_type, category, permission_name, kind, description_zh, description_en, min_version, flavour, sort_order
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as given (db_type text, category text, permission_name text, kind text, description_zh text, description_en text,
                min_version text, flavour text, sort_order int)
    on conflict (db_type, category, permission_name) do update set
      kind = excluded.kind, description_zh = excluded.description_zh, description_en = excluded.description_en,
      min_version = excluded.min_version, flavour = excluded.flavour, sort_order = excluded.sort_order
    where (present.kind, present.description_zh, present.description_en, present.min_version, present.flavour, present.sort_order)
      is distinct from
          (excluded.kind, excluded.description_zh, excluded.description_en, excluded.min_version, excluded.flavour, excluded.sort_order)`.execute(
    db,
  );
}
