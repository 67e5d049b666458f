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
import { carryUnread, diffOther, type OtherChange, otherChange, privilegeChanges } from './diff-facts.ts';
import { countChanges, type PackedChange, packChanges } from './pack-changes.ts';

/** What says whether an account is still as it was last read, without its facts. */
export interface Known {
  accountId: number;
  permissionId: number;
  username: string;
  isActive: boolean;
  hash: string | null;
  readState: 'ok' | 'stale' | 'never';
}
/** An account as it was last read. */
export interface Stored extends Known {
  isSuperuser: boolean;
  isLocked: boolean;
  typeSpecific: Record<string, unknown>;
  facts: PrivilegeFacts | null;
}

export interface Snapshot {
  username: string;
  isSuperuser: boolean;
  isLocked: boolean;
  isRole: boolean;
  isPublic: boolean;
  typeSpecific: Record<string, unknown>;
  facts: PrivilegeFacts | null;
  /** The facts as JSON: hashed and stored, and a large text. */
  factsText: string | null;
  columns: CatalogueColumns;
  hash: string | null;
  error: { code: string; message: string } | null;
}

export type ChangeType = 'add' | 'modify_privilege' | 'modify_other' | 'delete' | 'return';
export interface LoggedChange {
  username: string;
  type: ChangeType;
  privileges: PackedChange[];
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
  gone: Known[];
  /** Could not be read this time: the old snapshot stays. */
  unread: { stored: Stored | null; snapshot: Snapshot }[];
  unchanged: number;
  log: LoggedChange[];
}

/** The databases whose old facts stay: those that the whole read, or the read of this account, could not see. */
const closedTo = (fact: AccountFact, unread: ReadonlySet<string>): ReadonlySet<string> => {
  const own = fact.facts.unread.flatMap((u) => (u.scope === 'database' && u.database ? [u.database] : []));
  return own.length === 0 ? unread : new Set([...unread, ...own]);
};
export const unreadDatabases = (unread: readonly Unread[]): ReadonlySet<string> =>
  new Set(unread.flatMap((u) => (u.scope === 'database' && u.database ? [u.database] : [])));

function hashOf(fact: AccountFact, factsText: string): string {
  const { username, isSuperuser, isLocked, isRole, isPublic, typeSpecific } = fact;
  const shape = JSON.stringify({ username, isSuperuser, isLocked, isRole, isPublic, typeSpecific });
  return sha256(`${shape.slice(0, -1)},"facts":${factsText}}`);
}

/** Whether an account is as it was last read, told without its old facts; false also where only they could tell. */
export function isUnchanged(known: Known, fact: AccountFact, unread: ReadonlySet<string>): boolean {
  if (fact.error || !known.isActive || known.readState !== 'ok' || closedTo(fact, unread).size > 0) return false;
  return known.hash === hashOf(fact, JSON.stringify(canonicalFacts(fact.facts)));
}

function snapshotOf(dbType: DbType, fact: AccountFact, before: Stored | undefined, unread: ReadonlySet<string>): Snapshot {
  const facts = fact.error ? null : canonicalFacts(carryUnread(before?.facts ?? null, fact.facts, closedTo(fact, unread)));
  const factsText = facts === null ? null : JSON.stringify(facts);
  return {
    username: fact.username,
    isSuperuser: fact.isSuperuser,
    isLocked: fact.isLocked,
    isRole: fact.isRole,
    isPublic: fact.isPublic,
    typeSpecific: fact.typeSpecific,
    facts,
    factsText,
    columns: catalogueColumns(dbType, { facts, isSuperuser: fact.isSuperuser }),
    hash: factsText === null ? null : hashOf(fact, factsText),
    error: fact.error ? { code: fact.error.code, message: fact.error.message } : null,
  };
}

/**
 * Compares accounts with what was stored of them. Says nothing of those that are not among `read`.
 * @param unread databases that the whole read could not see: the old facts of those are kept, never logged as revoked.
 */
export function diffRead(dbType: DbType, stored: readonly Stored[], read: readonly AccountFact[], unread: ReadonlySet<string>): Plan {
  const known = new Map(stored.map((one) => [one.username, one]));
  const plan: Plan = { added: [], returned: [], rewritten: [], gone: [], unread: [], unchanged: 0, log: [] };
  for (const fact of read) {
    const before = known.get(fact.username);
    const snapshot = snapshotOf(dbType, fact, before, unread);
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
  return plan;
}

/** Accounts that were there and were not read again, with what the log says of them. */
export function goneFrom(known: readonly Known[], seen: ReadonlySet<string>): Pick<Plan, 'gone' | 'log'> {
  const gone = known.filter((one) => one.isActive && !seen.has(one.username));
  return { gone, log: gone.map(goneEntry) };
}

/** Both, for all accounts of an instance at once. */
export function diffAccounts(dbType: DbType, stored: readonly Stored[], read: readonly AccountFact[], unread: readonly Unread[]): Plan {
  const plan = diffRead(dbType, stored, read, unreadDatabases(unread));
  const { gone, log } = goneFrom(stored, new Set(read.map((fact) => fact.username)));
  return { ...plan, gone, log: [...plan.log, ...log] };
}

const packedChanges = (dbType: DbType, before: PrivilegeFacts | null, after: PrivilegeFacts): PackedChange[] =>
  packChanges(privilegeChanges(dbType, before, after));

function addEntry(dbType: DbType, snapshot: Snapshot): LoggedChange {
  const privileges = packedChanges(dbType, null, snapshot.facts!);
  const n = countChanges(privileges, 'GRANT');
  return {
    username: snapshot.username,
    type: 'add',
    privileges,
    others: [],
    message: `账户 ${snapshot.username} ${n > 0 ? `新增账户，赋予 ${n} 项权限` : '新增账户'}`,
    messageEn: `${snapshot.username}: new account${n > 0 ? ` with ${n} privileges` : ''}`,
  };
}

function goneEntry(stored: Known): LoggedChange {
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
  const privileges = snapshot.facts ? packedChanges(dbType, before.facts, snapshot.facts) : [];
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
  const privileges = packedChanges(dbType, before.facts, snapshot.facts!);
  const others = diffOther(dbType, before, snapshot);
  if (privileges.length === 0 && others.length === 0) return null;
  const [granted, revoked] = [countChanges(privileges, 'GRANT'), countChanges(privileges, 'REVOKE')];
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
