import { setImmediate as breathe } from 'node:timers/promises';
import {
  type AccessQuestion,
  asksForGrantable,
  type DbType,
  decidingPrivileges,
  type EffectivePrivilege,
  emptyFacts,
  type Grant,
  isPublicOnly,
  type Membership,
  type Owned,
  type Principal,
  type PrivilegeFacts,
  whoCan,
} from '@whalefall/engines';
import type { catalogue, QueryOf } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries/access.ts';

type Query = QueryOf<typeof catalogue.account.listAccess>;
/** Attributes of an account that are privileges by themselves. */
const ATTRIBUTES = new Set(['CREATEDB', 'CREATEROLE', 'REPLICATION', 'BYPASSRLS', 'GRANT']);
/** Answers kept for their next pages. One may be as large as the fleet, so they are few, and each process has its own. */
const KEPT = 4;
/** Instances whose facts are in memory at the same time. */
const AT_ONCE = 50;

interface Found {
  account_id: number;
  username: string;
  instance_id: number;
  instance_name: string;
  db_type: DbType;
  is_locked: boolean;
  is_superuser: boolean;
  entry: EffectivePrivilege;
  places: number;
}
interface Everything {
  found: Found[];
  /** Accounts that were asked about, and those of them that were never read. */
  asked: number;
  unread: number;
}

/** The answers to the last questions; the key carries the state of the fleet, so an old answer is never found again. */
export type Answers = Map<string, Promise<Everything>>;
async function answerFor(answers: Answers, key: string, find: () => Promise<Everything>): Promise<Everything> {
  const answer = answers.get(key) ?? find();
  answers.delete(key);
  answers.set(key, answer);
  for (const old of answers.keys()) if (answers.size > KEPT) answers.delete(old);
  // A search that failed is asked anew.
  return answer.catch((error: unknown) => {
    answers.delete(key);
    throw error;
  });
}

/** Who may do it, over all instances in scope: computed once for a question and a state of the fleet, then paged. */
export async function listAccess(db: Kysely<DB>, answers: Answers, query: Query) {
  const { privilege, database, schema, object, instance_id, db_type, tag, include_public } = query;
  const question = { privilege: privilege.toUpperCase(), database, schema, object };
  const scope = { instanceId: instance_id, dbType: db_type, tags: tag };
  const key = `${await queries.accessVersion(db)} ${JSON.stringify([question, scope])}`;
  const { found: all, asked, unread } = await answerFor(answers, key, () => search(db, question, scope));
  const found = include_public ? all : all.filter(({ entry }) => !isPublicOnly(entry));
  const sorted =
    query.sort === 'username' ? found.toSorted((a, b) => a.username.localeCompare(b.username) || a.account_id - b.account_id) : found;
  const ordered = query.order === 'desc' ? sorted.toReversed() : sorted;
  const page = ordered.slice((query.page - 1) * query.limit, query.page * query.limit);
  const since = await sinceOf(db, page);
  const able = found.filter(({ entry }) => !entry.denied_by);
  return {
    items: page.map(({ entry, ...account }, i) => ({
      ...account,
      scope: entry.scope,
      kind: entry.kind ?? null,
      database: entry.database ?? null,
      schema: entry.schema ?? null,
      object: entry.object ?? null,
      column: entry.column ?? null,
      privilege: entry.privilege,
      grantable: entry.grantable ?? false,
      via: entry.via as string[][],
      set_role: entry.set_role ?? false,
      denied_by: (entry.denied_by as string[][] | undefined) ?? null,
      since: since[i]!,
    })),
    total: found.length,
    page: query.page,
    pages: Math.ceil(found.length / query.limit),
    limit: query.limit,
    summary: {
      accounts: able.length,
      instances: new Set(able.map((one) => one.instance_id)).size,
      denied: found.length - able.length,
      set_role: able.filter(({ entry }) => entry.set_role).length,
      public: able.filter(({ entry }) => isPublicOnly(entry)).length,
      asked,
      unread,
    },
  };
}

async function search(db: Kysely<DB>, question: AccessQuestion, scope: queries.AccessScope): Promise<Everything> {
  const instances = await queries.instancesInScope(db, scope);
  const result: Everything = { found: [], asked: 0, unread: 0 };
  const parts: Instance[][] = [];
  for (let i = 0; i < instances.length; i += AT_ONCE) parts.push(instances.slice(i, i + AT_ONCE));
  // The next are read while these are looked through.
  let next = parts[0] && readSome(db, question, parts[0]);
  for (const [at, part] of parts.entries()) {
    const read = await next!;
    next = parts[at + 1] && readSome(db, question, parts[at + 1]!);
    // It is awaited with the next part; until then nobody else hears of a fault.
    next?.catch(() => undefined);
    await searchSome(part, read, question, result);
  }
  return result;
}

type Instance = Awaited<ReturnType<typeof queries.instancesInScope>>[number];
async function readSome(db: Kysely<DB>, question: AccessQuestion, instances: readonly Instance[]) {
  const ids = instances.map((one) => one.id);
  const types = [...new Set(instances.map((one) => one.db_type as DbType))];
  const names = [...new Set(types.flatMap((type) => decidingPrivileges(type, question)))];
  const [people, grants, members, owns] = await Promise.all([
    queries.principals(db, ids, ATTRIBUTES.has(question.privilege)),
    queries.decidingGrants(db, { instances: ids, names, grantable: asksForGrantable(question), object: question.object }),
    queries.memberships(db, ids),
    queries.ownership(db, ids, question.object),
  ]);
  return {
    people,
    facts: factsByAccount(grants as (Grant & { account_id: number })[], members, owns as (Owned & { account_id: number })[]),
  };
}

async function searchSome(
  instances: readonly Instance[],
  { people, facts }: Awaited<ReturnType<typeof readSome>>,
  question: AccessQuestion,
  result: Everything,
): Promise<void> {
  const byInstance = Map.groupBy(people, (row) => row.instance_id);
  for (const instance of instances) {
    const rows = byInstance.get(instance.id) ?? [];
    const accounts = rows.filter((row) => !row.is_role && !row.is_public);
    result.asked += accounts.length;
    result.unread += accounts.filter((row) => row.read_state === 'never').length;
    const principals = rows.map((row): Principal => ({
      username: row.username,
      isSuperuser: row.is_superuser,
      isRole: row.is_role,
      isPublic: row.is_public,
      typeSpecific: row.type_specific,
      facts: row.read_state === 'never' ? null : factsOf(facts.get(row.id), row.attributes),
    }));
    const byName = new Map(accounts.map((row) => [row.username, row]));
    for (const { username, entry, places } of whoCan(instance.db_type as DbType, principals, byName.keys(), question)) {
      const row = byName.get(username)!;
      result.found.push({
        account_id: row.id,
        username,
        instance_id: instance.id,
        instance_name: instance.name,
        db_type: instance.db_type as DbType,
        is_locked: row.is_locked,
        is_superuser: row.is_superuser,
        entry,
        places,
      });
    }
    // A fleet is many accounts: others are served between its instances.
    await breathe();
  }
}

const NOTHING = emptyFacts();
/** Of most accounts nothing was read: they share one emptiness. */
const factsOf = (known: FactLists | undefined, attributes: Record<string, unknown> | null): PrivilegeFacts =>
  known === undefined && attributes === null ? NOTHING : { ...NOTHING, ...known, attributes: attributes ?? NOTHING.attributes };

type FactLists = Pick<PrivilegeFacts, 'grants' | 'memberships' | 'owns'>;
/** The facts of each account, taken together again. */
function factsByAccount(
  grants: readonly (Grant & { account_id: number })[],
  memberships: readonly (Membership & { account_id: number })[],
  owns: readonly (Owned & { account_id: number })[],
) {
  const facts = new Map<number, FactLists>();
  const of = (id: number) => {
    let known = facts.get(id);
    if (!known) facts.set(id, (known = { grants: [], memberships: [], owns: [] }));
    return known;
  };
  for (const row of grants) of(row.account_id).grants.push(row);
  for (const row of memberships) of(row.account_id).memberships.push(row);
  for (const row of owns) of(row.account_id).owns.push(row);
  return facts;
}

/** The steps of a way as grants: who was given which role or privilege. */
function stepsOf({ instance_id, username, entry }: Found) {
  const steps: { instance_id: number; username: string; permission: string }[] = [];
  let holder = username;
  for (const [kind, name] of entry.via) {
    if (kind === 'host') holder = name;
    if (kind !== 'member') continue;
    steps.push({ instance_id, username: holder, permission: name });
    holder = name;
  }
  if (!entry.via.some(([kind]) => kind === 'owner' || kind === 'attribute' || kind === 'public'))
    steps.push({ instance_id, username: holder, permission: entry.privilege });
  return steps;
}

/** A way exists since its last step does; a step that the log does not know is as old as the account. */
async function sinceOf(db: Kysely<DB>, page: readonly Found[]): Promise<(Date | null)[]> {
  const [log, seen] = await Promise.all([
    queries.grantedAt(db, page.flatMap(stepsOf)),
    queries.firstSeen(
      db,
      page.map((one) => one.account_id),
    ),
  ]);
  const key = (step: { instance_id: number; username: string; permission: string }) =>
    JSON.stringify([step.instance_id, step.username, step.permission]);
  const granted = new Map(log.map((row) => [key(row), row.at]));
  const firstSeen = new Map(seen.map((row) => [row.id, row.first_seen_at]));
  return page.map((one) => {
    const times = stepsOf(one).flatMap((step) => granted.get(key(step)) ?? []);
    const newest = times.reduce<Date | null>((a, b) => (a === null || b > a ? b : a), null);
    return newest ?? firstSeen.get(one.account_id) ?? null;
  });
}
