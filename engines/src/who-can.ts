/**
 * Who may do something, over the accounts of one instance, and by which way (pure). The question may be as wide as
 * "DROP anything" or as narrow as "SELECT this table"; the rules are those of `effective.ts`, asked for one place.
 */
import type { DbType } from './engine.ts';
import type { Grant, GrantScope } from './facts.ts';
import { matchesPattern, type Question } from './cover.ts';
import { effectiveIndex, type EffectiveIndex, type EffectivePrivilege, isPublicOnly, type Principal } from './effective.ts';
import { oracleWider, sqlserverWider } from './wider.ts';

/** An absent place means: anywhere. */
export interface AccessQuestion {
  /** A privilege of the engine, or a verb that engines spell differently: DROP, ALTER, GRANT. */
  privilege: string;
  database?: string | undefined;
  schema?: string | undefined;
  object?: string | undefined;
}
export interface Access {
  username: string;
  /** The best way: usable now before SET ROLE, own before everybody's, short before long. */
  entry: EffectivePrivilege;
  /** In how many places, by different grants. */
  places: number;
}

/** A verb in an engine's own words; `in`: the scopes in which it means that. */
type Word = { privilege: string; in?: readonly GrantScope[] };
const VERBS: Record<DbType, Record<string, readonly Word[]>> = {
  mysql: { GRANT: [{ privilege: 'GRANT OPTION' }, { privilege: 'ROLE_ADMIN' }, { privilege: 'CREATE USER' }] },
  postgresql: {
    DROP: [{ privilege: 'OWNERSHIP' }],
    ALTER: [{ privilege: 'OWNERSHIP' }],
    GRANT: [{ privilege: 'OWNERSHIP' }, { privilege: 'ADMIN' }, { privilege: 'CREATEROLE' }],
  },
  sqlserver: {
    // A table is dropped by who may alter its schema or controls the table; ALTER on the table alone is not enough.
    DROP: [{ privilege: 'CONTROL' }, { privilege: 'ALTER', in: ['server', 'database', 'schema'] }],
    GRANT: [{ privilege: 'CONTROL' }, { privilege: 'CONTROL SERVER' }, { privilege: 'ALTER ANY LOGIN' }, { privilege: 'ALTER ANY ROLE' }],
  },
  oracle: {
    GRANT: [{ privilege: 'GRANT ANY PRIVILEGE' }, { privilege: 'GRANT ANY ROLE' }, { privilege: 'GRANT ANY OBJECT PRIVILEGE' }],
  },
};
const OBJECTS: readonly GrantScope[] = ['table', 'routine', 'sequence', 'type', 'column'];
/** From outside in. PostgreSQL's privileges stay on their level: what is asked of an object is not answered by its schema. */
const DEPTH: Partial<Record<GrantScope, number>> = { server: 0, database: 1, schema: 2 };

const wordsOf = (dbType: DbType, privilege: string): readonly Word[] => {
  const own = VERBS[dbType][privilege] ?? [];
  return privilege === 'GRANT' ? own : [{ privilege }, ...own];
};
/** GRANT asks for anything that may be handed on, whatever it is. */
export const asksForGrantable = (question: AccessQuestion): boolean => question.privilege === 'GRANT';

/** Names of direct privileges that can decide the question: other grants need not be read. */
export function decidingPrivileges(dbType: DbType, question: AccessQuestion): string[] {
  const names = new Set(['ALL', 'CONTROL', 'CONTROL SERVER', 'CONNECT ANY DATABASE']);
  for (const { privilege } of wordsOf(dbType, question.privilege)) {
    names.add(privilege);
    for (const scope of ['server', 'database', 'schema', ...OBJECTS] as const) {
      const asked: Question = { scope, privilege, ...(question.schema === undefined ? {} : { schema: question.schema }) };
      if (dbType === 'sqlserver') for (const name of sqlserverWider(asked)) names.add(name);
      if (dbType === 'oracle') for (const name of oracleWider(asked)) names.add(name);
    }
  }
  return [...names];
}

/**
 * @param everybody all principals of the instance, roles and PUBLIC too; of their grants at least the deciding ones
 * @param of whom to ask about
 */
export function whoCan(dbType: DbType, everybody: readonly Principal[], of: Iterable<string>, question: AccessQuestion): Access[] {
  const words = wordsOf(dbType, question.privilege);
  // What is somewhere else, or something else, need not be listed for each account.
  const index = effectiveIndex(
    dbType,
    everybody,
    (grant) =>
      isThere(dbType, grant, question) &&
      (asksForGrantable(question) || words.some((word) => mayHold(dbType, grant.privilege, word.privilege))),
  );
  const found: Access[] = [];
  for (const username of of) {
    let best: EffectivePrivilege | null = null;
    let places = 0;
    for (const entry of index.of(username)) {
      const answer = answerOf(dbType, index, username, entry, words, question);
      if (!answer) continue;
      places += 1;
      if (!best || cost(answer) < cost(best)) best = answer;
    }
    if (best) found.push({ username, entry: best, places });
  }
  return found;
}

/** What one effective privilege says to the question: the entry that answers for its place, or null. */
function answerOf(
  dbType: DbType,
  index: EffectiveIndex,
  username: string,
  entry: EffectivePrivilege,
  words: readonly Word[],
  asked: AccessQuestion,
): EffectivePrivilege | null {
  if (!isThere(dbType, entry, asked)) return null;
  if (asksForGrantable(asked) && entry.grantable && !entry.denied_by) return entry;
  for (const word of words) {
    if (!mayHold(dbType, entry.privilege, word.privilege)) continue;
    if (word.in && !word.in.includes(entry.scope)) continue;
    const answer = index.can(username, questionAt(dbType, entry, word, asked));
    // Another grant may answer the same question better: each place is told by its own.
    if (answer) return answer.denied_by || sameWay(answer, entry) ? answer : entry;
  }
  return null;
}

const sameWay = (a: EffectivePrivilege, b: EffectivePrivilege): boolean => a.privilege === b.privilege && a.scope === b.scope;

/** Is a privilege of this name one that can contain the asked one? */
function mayHold(dbType: DbType, held: string, asked: string): boolean {
  if (held === 'ALL' || held === asked) return true;
  if (dbType === 'sqlserver')
    return (
      held === 'CONTROL' ||
      held === 'CONTROL SERVER' ||
      (['server', 'database', 'schema', 'table'] as const).some((scope) => sqlserverWider({ scope, privilege: asked }).includes(held))
    );
  if (dbType === 'oracle') return OBJECTS.some((scope) => oracleWider({ scope, privilege: asked, schema: 'SYS' }).includes(held));
  return false;
}

type Place = Pick<Grant, 'scope' | 'privilege' | 'database' | 'schema' | 'object'>;
/** Does the place of an effective privilege meet the place that is asked about? */
function isThere(dbType: DbType, entry: Place, asked: AccessQuestion): boolean {
  if (entry.scope === 'default') return false;
  const fits = (have: string | null | undefined, want: string | undefined) => !have || want === undefined || have === want;
  if (!fits(entry.schema, asked.schema) || !fits(entry.object, asked.object)) return false;
  const databaseFits =
    dbType === 'mysql' && entry.scope === 'database' && entry.database && asked.database !== undefined
      ? matchesPattern(entry.database, asked.database)
      : fits(entry.database, asked.database);
  if (!databaseFits) return false;
  if (dbType !== 'postgresql' || entry.privilege === 'ALL') return true;
  return (DEPTH[entry.scope] ?? 3) >= depthOf(asked);
}

/** The question as it is asked of one place: what is asked, filled up with where the privilege is held. */
function questionAt(dbType: DbType, entry: EffectivePrivilege, word: Word, asked: AccessQuestion): Question {
  const database = asked.database ?? entry.database;
  const schema = asked.schema ?? entry.schema;
  const object = asked.object ?? entry.object;
  return {
    scope: scopeAt(dbType, entry, word, asked),
    ...(entry.kind === undefined ? {} : { kind: entry.kind }),
    ...(database === undefined ? {} : { database }),
    ...(schema === undefined ? {} : { schema }),
    ...(object === undefined ? {} : { object }),
    ...(entry.column === undefined ? {} : { column: entry.column }),
    privilege: word.privilege,
  };
}

/** The scope of the deeper one of both places. What lies on the asked object may be denied; so it is asked there. */
function scopeAt(dbType: DbType, entry: EffectivePrivilege, word: Word, asked: AccessQuestion): GrantScope {
  const held = DEPTH[entry.scope] ?? 3;
  const wanted = depthOf(asked);
  if (held >= wanted && !(dbType === 'oracle' && held === 0 && entry.privilege !== word.privilege)) return entry.scope;
  // Oracle's ANY privileges are held on the server and speak of objects.
  if (wanted === 3 || dbType === 'oracle') return word.privilege === 'EXECUTE' ? 'routine' : 'table';
  return wanted === 2 ? 'schema' : 'database';
}

const depthOf = (asked: AccessQuestion): number =>
  asked.object !== undefined ? 3 : asked.schema !== undefined ? 2 : asked.database !== undefined ? 1 : 0;

const cost = (entry: EffectivePrivilege): number =>
  (entry.denied_by ? 1_000_000 : 0) + (entry.set_role ? 100_000 : 0) + (isPublicOnly(entry) ? 10_000 : 0) + entry.via.length;
