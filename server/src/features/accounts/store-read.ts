import type { AccountFact, AccountsRead, DbType } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import { diffRead, goneFrom, isUnchanged, type Known, type LoggedChange, type Plan, unreadDatabases } from './diff-accounts.ts';
import * as added from './queries/new-accounts.ts';
import * as queries from './queries/snapshots.ts';

/** What a batch holds at most: accounts, and the facts of all of them together. A server may have very many of either. */
const BATCH = { accounts: 200, facts: 5_000 };
const MOST_ERRORS = 100;

/** What was done to our tables. */
export interface Stored {
  added: number;
  updated: number;
  rewritten: number;
  returned: number;
  gone: number;
  unread: number;
  unchanged: number;
  logged: number;
  /** The first of those that could not be read. */
  errors: { username: string; code?: string; message?: string }[];
}

/**
 * Compares what was read with what is stored and writes the difference, a batch of accounts after the other in the caller's
 * transaction: while the database writes one, the next is compared.
 * @param read its accounts are taken out as they are done, since those of a large server are tens of megabytes
 */
export async function storeRead(db: Kysely<DB>, written: added.Written, dbType: DbType, read: AccountsRead): Promise<Stored> {
  const known = await queries.knownAccounts(db, written.instanceId);
  const byName = new Map(known.map((one) => [one.username, one]));
  const closed = unreadDatabases(read.unread);
  const done: Stored = { added: 0, updated: 0, rewritten: 0, returned: 0, gone: 0, unread: 0, unchanged: 0, logged: 0, errors: [] };
  const seen = new Set<string>();
  let writing = Promise.resolve();
  try {
    for (const batch of batches(read.accounts)) {
      for (const fact of batch) seen.add(fact.username);
      const open = batch.filter((fact) => {
        const before = byName.get(fact.username);
        return !before || !isUnchanged(before, fact, closed);
      });
      done.unchanged += batch.length - open.length;
      if (open.length === 0) continue;
      const stored = await queries.storedAccounts(
        db,
        open.flatMap((fact) => byName.get(fact.username) ?? []),
      );
      const plan = diffRead(dbType, stored, open, closed);
      count(done, plan);
      const writePlan = preparedWrite(db, written, plan, byName);
      await writing;
      writing = writePlan();
      // It is awaited with the next batch; until then nobody else hears of a fault.
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
  const plan: Plan = { ...emptyPlan(), ...goneFrom(known, seen) };
  count(done, plan);
  await preparedWrite(db, written, plan, byName)();
  return done;
}

const emptyPlan = (): Plan => ({ added: [], returned: [], rewritten: [], gone: [], unread: [], unchanged: 0, log: [] });

/** Takes the accounts out of the list. */
function* batches(accounts: AccountFact[]): Generator<AccountFact[]> {
  while (accounts.length > 0) {
    let facts = 0;
    const end = accounts.findIndex(({ facts: { grants, memberships, owns } }, i) => {
      facts += grants.length + memberships.length + owns.length;
      return i + 1 >= BATCH.accounts || facts >= BATCH.facts;
    });
    yield accounts.splice(0, end < 0 ? accounts.length : end + 1);
  }
}

function count(done: Stored, plan: Plan): void {
  done.added += plan.added.length;
  done.updated += plan.rewritten.filter((row) => row.changed).length;
  done.rewritten += plan.rewritten.length;
  done.returned += plan.returned.length;
  done.gone += plan.gone.length;
  done.unread += plan.unread.length;
  done.unchanged += plan.unchanged;
  done.logged += plan.log.length;
  for (const { snapshot } of plan.unread.slice(0, MOST_ERRORS - done.errors.length))
    done.errors.push({ username: snapshot.username, ...snapshot.error });
}

/** What is new is most of a first sync: it is made ready to send at once, and then waits for its turn. */
function preparedWrite(db: Kysely<DB>, written: added.Written, plan: Plan, known: ReadonlyMap<string, Known>): () => Promise<void> {
  const changes = new Map(plan.log.map((change) => [change.username, change]));
  const insert = added.insertAccounts(
    db,
    plan.added.map((snapshot) => ({ snapshot, change: changes.get(snapshot.username) ?? null })),
    written,
  );
  return async () => {
    await insert();
    await write(db, written, plan, known);
  };
}

/** Everything else. */
async function write(db: Kysely<DB>, written: added.Written, plan: Plan, known: ReadonlyMap<string, Known>): Promise<void> {
  const { now } = written;
  const returned = plan.returned
    .filter(({ snapshot }) => snapshot.facts)
    .map(({ stored, snapshot }) => ({ stored, snapshot, changed: 'return' as const }));
  const rewritten = [...plan.rewritten, ...returned];
  await queries.rewriteSnapshots(db, rewritten, now);
  await queries.markStale(
    db,
    [
      ...plan.unread.flatMap(({ stored, snapshot }) => (stored ? [{ stored, snapshot }] : [])),
      ...plan.returned.filter(({ snapshot }) => !snapshot.facts),
    ],
    now,
  );
  const back = plan.returned.map(({ stored }) => stored);
  await queries.setPresence(db, back, true, now);
  await queries.setPresence(db, plan.gone, false, now);
  await queries.markChanged(db, plan.gone, 'delete', now);
  await queries.markChanged(db, back, 'return', now);
  await queries.reindexFacts(
    db,
    rewritten.map((row) => row.stored.permissionId),
  );
  await added.insertChanges(db, plan.log.flatMap(ofKnown(known)), written);
}

/** New accounts bring their entry along. */
const ofKnown =
  (known: ReadonlyMap<string, Known>) =>
  (change: LoggedChange): { accountId: number; change: LoggedChange }[] => {
    const account = known.get(change.username);
    return account ? [{ accountId: account.accountId, change }] : [];
  };
