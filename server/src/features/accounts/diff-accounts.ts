import {
  type AccountFact,
  canonicalFacts,
  catalogueColumns,
  type CatalogueColumns,
  type DbType,
  type PrivilegeFacts,
  type Unread,
} from '@whalefall/engines';
import { sha256 } from '../../vault/secrets.ts';
import { carryUnread, diffOther, diffPrivileges, type OtherChange, otherChange, type PrivilegeChange } from './diff-facts.ts';

/** An account as it was last read. */
export interface Stored {
  accountId: number;
  permissionId: number;
  username: string;
  isActive: boolean;
  isSuperuser: boolean;
  isLocked: boolean;
  typeSpecific: Record<string, unknown>;
  facts: PrivilegeFacts | null;
  hash: string | null;
  readState: 'ok' | 'stale' | 'never';
}

export interface Snapshot {
  username: string;
  isSuperuser: boolean;
  isLocked: boolean;
  isRole: boolean;
  isPublic: boolean;
  typeSpecific: Record<string, unknown>;
  facts: PrivilegeFacts | null;
  columns: CatalogueColumns;
  hash: string | null;
  error: { code: string; message: string } | null;
}

export type ChangeType = 'add' | 'modify_privilege' | 'modify_other' | 'delete' | 'return';
export interface LoggedChange {
  username: string;
  type: ChangeType;
  privileges: PrivilegeChange[];
  others: OtherChange[];
  message: string;
  messageEn: string;
}

/** What one sync does to our tables. Pure: made from what was stored and what was read. */
export interface Plan {
  added: Snapshot[];
  returned: { stored: Stored; snapshot: Snapshot }[];
  /** Snapshot rows to write again (with or without a log entry). */
  rewritten: { stored: Stored; snapshot: Snapshot; changed: ChangeType | null }[];
  gone: Stored[];
  /** Could not be read this time: the old snapshot stays. */
  unread: { stored: Stored | null; snapshot: Snapshot }[];
  unchanged: number;
  log: LoggedChange[];
}

function snapshotOf(dbType: DbType, fact: AccountFact, before: Stored | undefined, unreadDatabases: ReadonlySet<string>): Snapshot {
  const own = new Set([
    ...unreadDatabases,
    ...fact.facts.unread.flatMap((u) => (u.scope === 'database' && u.database ? [u.database] : [])),
  ]);
  const facts = fact.error ? null : canonicalFacts(carryUnread(before?.facts ?? null, fact.facts, own));
  const shape = {
    username: fact.username,
    isSuperuser: fact.isSuperuser,
    isLocked: fact.isLocked,
    isRole: fact.isRole,
    isPublic: fact.isPublic,
    typeSpecific: fact.typeSpecific,
    facts,
  };
  return {
    ...shape,
    columns: catalogueColumns(dbType, { facts, isSuperuser: fact.isSuperuser }),
    hash: facts === null ? null : sha256(JSON.stringify(shape)),
    error: fact.error ? { code: fact.error.code, message: fact.error.message } : null,
  };
}

/**
 * Compares the accounts of one instance with what was stored of it.
 * @param unread what the whole read could not see: the old facts of those databases are kept, never logged as revoked.
 */
export function diffAccounts(dbType: DbType, stored: readonly Stored[], read: readonly AccountFact[], unread: readonly Unread[]): Plan {
  const known = new Map(stored.map((one) => [one.username, one]));
  const unreadDatabases = new Set(unread.flatMap((u) => (u.scope === 'database' && u.database ? [u.database] : [])));
  const plan: Plan = { added: [], returned: [], rewritten: [], gone: [], unread: [], unchanged: 0, log: [] };
  const seen = new Set<string>();
  for (const fact of read) {
    seen.add(fact.username);
    const before = known.get(fact.username);
    const snapshot = snapshotOf(dbType, fact, before, unreadDatabases);
    if (!before) {
      plan.added.push(snapshot);
      if (snapshot.facts) plan.log.push(addEntry(dbType, snapshot));
      else plan.unread.push({ stored: null, snapshot });
      continue;
    }
    if (!before.isActive) {
      plan.returned.push({ stored: before, snapshot });
      plan.log.push(returnEntry(dbType, before, snapshot));
      continue;
    }
    if (!snapshot.facts) {
      plan.unread.push({ stored: before, snapshot });
      continue;
    }
    if (before.hash === snapshot.hash && before.readState === 'ok') {
      plan.unchanged++;
      continue;
    }
    const entry = changeEntry(dbType, before, snapshot);
    plan.rewritten.push({ stored: before, snapshot, changed: entry?.type ?? null });
    if (entry) plan.log.push(entry);
    else plan.unchanged++;
  }
  plan.gone = stored.filter((one) => one.isActive && !seen.has(one.username));
  plan.log.push(...plan.gone.map(goneEntry));
  return plan;
}

const count = (changes: readonly PrivilegeChange[], action: 'GRANT' | 'REVOKE') =>
  changes.filter((c) => c.action === action).reduce((n, c) => n + c.permissions.length, 0);

function addEntry(dbType: DbType, snapshot: Snapshot): LoggedChange {
  const privileges = diffPrivileges(dbType, null, snapshot.facts!);
  const n = count(privileges, 'GRANT');
  return {
    username: snapshot.username,
    type: 'add',
    privileges,
    others: [],
    message: `账户 ${snapshot.username} ${n > 0 ? `新增账户，赋予 ${n} 项权限` : '新增账户'}`,
    messageEn: `${snapshot.username}: new account${n > 0 ? ` with ${n} privileges` : ''}`,
  };
}

function goneEntry(stored: Stored): LoggedChange {
  return {
    username: stored.username,
    type: 'delete',
    privileges: [],
    others: [otherChange('is_active', '存在状态', '存在', '已移除')],
    message: `账户 ${stored.username} 已从服务器移除`,
    messageEn: `${stored.username}: no longer on the server`,
  };
}

function returnEntry(dbType: DbType, before: Stored, snapshot: Snapshot): LoggedChange {
  const privileges = snapshot.facts ? diffPrivileges(dbType, before.facts, snapshot.facts) : [];
  return {
    username: snapshot.username,
    type: 'return',
    privileges,
    others: [otherChange('is_active', '存在状态', '已移除', '存在'), ...(snapshot.facts ? diffOther(dbType, before, snapshot) : [])],
    message: `账户 ${snapshot.username} 重新出现`,
    messageEn: `${snapshot.username}: is back on the server`,
  };
}

function changeEntry(dbType: DbType, before: Stored, snapshot: Snapshot): LoggedChange | null {
  // Never read before: this is its first snapshot.
  if (before.facts === null) return addEntry(dbType, snapshot);
  const privileges = diffPrivileges(dbType, before.facts, snapshot.facts!);
  const others = diffOther(dbType, before, snapshot);
  if (privileges.length === 0 && others.length === 0) return null;
  const [granted, revoked] = [count(privileges, 'GRANT'), count(privileges, 'REVOKE')];
  const zh = [
    granted + revoked > 0
      ? `权限更新：${[granted > 0 ? `新增 ${granted} 项授权` : '', revoked > 0 ? `撤销 ${revoked} 项授权` : ''].filter(Boolean).join('，')}`
      : '',
    others.length > 0 ? `其他变更：${others.map((o) => o.description).join('，')}` : '',
  ].filter(Boolean);
  const en = [
    granted > 0 ? `${granted} granted` : '',
    revoked > 0 ? `${revoked} revoked` : '',
    others.length > 0 ? `${others.length} other changes` : '',
  ].filter(Boolean);
  return {
    username: snapshot.username,
    type: privileges.length > 0 ? 'modify_privilege' : 'modify_other',
    privileges,
    others,
    message: `账户 ${snapshot.username} ${zh.join('；')}`,
    messageEn: `${snapshot.username}: ${en.join(', ')}`,
  };
}
