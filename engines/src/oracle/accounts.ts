/** Reads users, roles and privileges of one container with a fixed number of statements. */
import { EngineError, type AccountsRead } from '../engine.ts';
import type { Unread } from '../facts.ts';
import { filterAccounts, type NameFilter } from '../filters.ts';
import type { Session } from './client.ts';
import { isShut, noRows, parseAccounts } from './parse.ts';
import * as queries from './queries.ts';
import { concerns, demand, optional, readable } from './views.ts';

export async function readAccounts(session: Session, filter: NameFilter): Promise<AccountsRead> {
  const before = session.statements;
  const what = await readable(session);
  demand(what, 'DBA_USERS', 'DBA_ROLES', 'DBA_ROLE_PRIVS', 'DBA_SYS_PRIVS');
  const unread: Unread[] = [];
  const rows = noRows();
  rows.users = await session.query(queries.users(what.columns.get('DBA_USERS')!.has('PASSWORD_CHANGE_DATE')));
  if (rows.users.length === 0) throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'DBA_USERS is empty for this login' });
  rows.roles = await session.query(queries.ROLES);
  rows.memberships = await session.query(queries.ROLE_PRIVILEGES);
  rows.system = await session.query(queries.SYSTEM_PRIVILEGES);
  rows.objects = await optional(session, what, 'DBA_TAB_PRIVS', queries.OBJECT_PRIVILEGES, unread);
  rows.columns = await optional(session, what, 'DBA_COL_PRIVS', queries.COLUMN_PRIVILEGES, unread);
  rows.quotas = await optional(session, what, 'DBA_TS_QUOTAS', queries.QUOTAS, unread);
  rows.passwordFile = await optional(session, what, 'V_$PWFILE_USERS', queries.PASSWORD_FILE, unread);
  if (concerns('DBA_SCHEMA_PRIVS', what))
    rows.schemas = await optional(session, what, 'DBA_SCHEMA_PRIVS', queries.SCHEMA_PRIVILEGES, unread);
  const shut = new Set(rows.users.filter(isShut).map((user) => user.name));
  const accounts = parseAccounts(rows, what.container, unread).filter((account) => account.isRole || !shut.has(account.username));
  const { kept, filteredOut } = filterAccounts('oracle', accounts, filter);
  return { accounts: kept, filteredOut: filteredOut + shut.size, unread, statements: session.statements - before };
}
