import { effectiveIndex, type DbType, type EffectivePrivilege, ERROR_MESSAGES, type ErrorCode, type Principal } from '@whalefall/engines';
import type { Locale } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { Cache } from '../../cache/cache.ts';
import { businessTime } from '../../clock.ts';
import { hidingLogins, type User } from '../../http/index.ts';
import type { DB } from '../../store/tables.ts';
import { colorOf } from '../tags/index.ts';
import * as queries from './queries/accounts.ts';

/** Which of the catalogue's columns the permission API shows for each engine (30 §6.5), and what stands for "read and empty". */
const SHOWN: Record<DbType, Record<string, [] | Record<string, never>>> = {
  mysql: { global_privileges: [], database_privileges: {} },
  postgresql: { predefined_roles: [], role_attributes: {}, database_privileges_pg: {}, tablespace_privileges: {} },
  sqlserver: { server_roles: [], server_permissions: [], database_roles: {}, database_permissions: {} },
  oracle: { oracle_roles: [], system_privileges: [], tablespace_privileges_oracle: {} },
};

/** Why the last read of an account failed, in plain words. */
export function syncError(row: { error_code: string | null; error_at: Date | null }, locale: Locale) {
  if (!row.error_code || !row.error_at) return null;
  const words = ERROR_MESSAGES[row.error_code as ErrorCode]?.[locale === 'en' ? 'en' : 'zh'];
  return { code: row.error_code, message: words?.cause ?? row.error_code, at: row.error_at };
}

const matches = (entry: EffectivePrivilege, search: string): boolean =>
  [entry.privilege, entry.database, entry.schema, entry.object, entry.column, entry.kind, ...entry.via.map((step) => step[1])].some(
    (text) => text?.toLowerCase().includes(search),
  );

/** Only `unread` can name the login; the rest is what the account holds. */
const ownFacts = (user: User, facts: Record<string, unknown> | null) =>
  facts?.unread ? { ...facts, unread: hidingLogins(user, facts.unread) } : facts;

const KEPT_MS = 600_000;

interface Asked {
  page: number;
  limit: number;
  search?: string | undefined;
}

/** What an account may do, directly and in effect, with the path of each: the reply of both permission routes. */
export async function permissionsOf(
  { db, cache }: { db: Kysely<DB>; cache: Cache },
  row: queries.AccountRow,
  asked: Asked,
  { user, locale }: { user: User; locale: Locale },
  timeZone: string,
) {
  const dbType = row.db_type as DbType;
  // The key carries when the instance was last read: what was computed from older facts is never found again.
  const key = `permissions:${row.instance_id}:${row.username}:${row.id}:${row.accounts_version ?? 0}`;
  const [everything, classes, same] = await Promise.all([
    cache.get(key, KEPT_MS, async () => effectiveIndex(dbType, (await queries.principalsFor(db, row)) as Principal[]).of(row.username)),
    queries.classesOf(db, [row.id], locale),
    queries.sameAccount(db, row),
  ]);
  const search = asked.search?.toLowerCase();
  const all = everything.filter((entry) => !search || matches(entry, search));
  const effective = all.slice((asked.page - 1) * asked.limit, asked.page * asked.limit);
  const never = row.read_state === 'never';
  const columns = Object.fromEntries(
    Object.entries(SHOWN[dbType]).map(([column, empty]) => [column, row[column as 'global_privileges'] ?? (never ? null : empty)]),
  );
  return {
    permissions: {
      db_type: row.db_type.toUpperCase(),
      username: row.username,
      is_superuser: row.is_superuser,
      last_sync_time: row.last_sync_time ? businessTime(row.last_sync_time, timeZone) : locale === 'en' ? 'unknown' : '未知',
      ...columns,
    },
    account: {
      id: row.id,
      instance_id: row.instance_id,
      instance_name: row.instance_name,
      username: row.username,
      db_type: dbType,
      is_superuser: row.is_superuser,
      is_locked: row.is_locked,
      is_active: row.is_active,
      is_role: row.is_role || row.is_public,
      last_sync_time: row.last_sync_time,
      last_sync_time_iso: row.last_sync_time,
      first_seen_at: row.first_seen_at,
      last_seen_at: row.last_seen_at,
      deleted_at: row.deleted_at,
      read_state: row.read_state,
      sync_error: syncError(row, locale),
      type_specific: row.type_specific as Record<string, unknown> | null,
      classifications: classes.map((c) => ({
        id: c.id,
        name: c.name,
        color: colorOf(c.color).value,
        rule_name: c.rule_name,
        risk_level: c.risk_level,
        matched_facts: c.matched_facts,
      })),
    },
    extended_privileges: ownFacts(user, row.extended_privileges as Record<string, unknown> | null),
    effective: effective as never[],
    effective_total: all.length,
    effective_page: asked.page,
    effective_pages: Math.ceil(all.length / asked.limit),
    same_account: same,
  };
}
