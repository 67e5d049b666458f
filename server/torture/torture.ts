import { setTimeout as wait } from 'node:timers/promises';
import { openClerk } from './clerk.ts';
import { openClient } from './client.ts';
import { openTortureHouse } from './house.ts';
import { aftermath, broken, sessions, unclassified } from './invariants.ts';
import { type Begun, LANES, openWorks, type Work } from './works.ts';

const ORDER: readonly Work[] = ['account', 'capacity', 'import', 'classification', 'migration', 'aggregation', 'job'];
const VICTIMS: Record<Work, readonly Victim[]> = {
  account: ['worker', 'server', 'postgres', 'worker'],
  classification: ['worker', 'postgres'],
  capacity: ['worker', 'postgres', 'server'],
  aggregation: ['worker', 'postgres'],
  import: ['server', 'postgres'],
  migration: ['process', 'postgres', 'process'],
  job: ['worker', 'postgres'],
};
/** How long the work of each kind takes on an idle machine: the blow falls within. */
const LASTS_MS: Record<Work, number> = {
  account: 1500,
  classification: 400,
  capacity: 1200,
  aggregation: 300,
  import: 250,
  migration: 1500,
  job: 1200,
};
const LIMIT_MS = 60_000;
const STOP_MS = 10_000;
type Victim = 'worker' | 'server' | 'postgres' | 'process';

export interface Outcome {
  faults: string[];
  rounds: number;
  seconds: number;
  killed: Record<string, number>;
  /** The longest that a session went on after the last kill it met. */
  longestMs: number;
  /** How long the stop of all processes took at the end. */
  stopMs: number;
}

/** mulberry32: the same choices for the same seed. */
function diceOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
/** A time zone in which it is about noon: no midnight comes in the middle of the rounds. */
function noonZone(): string {
  const offset = 12 - new Date().getUTCHours();
  return offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}

export async function torture({ rounds, seed, say }: { rounds: number; seed: number; say: (line: string) => void }): Promise<Outcome> {
  const dice = diceOf(seed);
  const zone = noonZone();
  process.env.APP_TIMEZONE = zone;
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
  say(`torture: ${rounds} rounds, seed ${seed}`);
  const house = await openTortureHouse(seed);
  const client = openClient(house.port);
  const clerkClient = openClient(house.port);
  const works = openWorks(house, client, seed, today, dice);
  const faults: string[] = [];
  const table = new Map<Work, { rounds: number; kills: Record<string, number>; ms: number }>();
  let open: Begun[] = [];
  let longestMs = 0;
  let stopMs = 0;
  const fault = (round: number, found: readonly string[]) => {
    for (const one of found) {
      faults.push(`round ${round}: ${one}`);
      say(`  FAULT in round ${round}: ${one}`);
    }
  };
  async function look(round: number): Promise<void> {
    const still: Begun[] = [];
    for (const one of open) {
      const found = await one.check();
      if (found === null) still.push(one);
      else fault(round, found);
    }
    open = still;
  }
  /** Until the sessions of these kinds have ended, and what was begun of them has been looked at. */
  async function settle(round: number, categories: readonly string[] | null): Promise<void> {
    for (;;) {
      const now = Date.now();
      const running = (await sessions(house)).filter(
        (one) => one.status === 'running' && (!categories || categories.includes(one.category)),
      );
      await look(round);
      if (running.length === 0 && (await unclassified(house)) === 0 && !open.some((one) => !categories || categories.includes(one.work)))
        return;
      const late = running.find((one) => aftermath(one, house.kills, now) > LIMIT_MS);
      if (late) throw new Error(`session ${late.session_id} (${late.category}) still runs ${LIMIT_MS / 1000} s after the last kill`);
      await wait(100);
    }
  }

  let clerk: ReturnType<typeof openClerk> | undefined;
  const started = Date.now();
  try {
    await works.reference();
    say(`a quiet run of everything took ${((Date.now() - started) / 1000).toFixed(1)} s; now the blows`);
    clerk = openClerk(clerkClient);
    for (let round = 1; round <= rounds; round++) {
      const began = Date.now();
      const work = ORDER[(round - 1) % ORDER.length]!;
      const victims = VICTIMS[work];
      const victim = victims[Math.floor(dice() * victims.length)]!;
      const delay = Math.floor(dice() * LASTS_MS[work]);
      if (LANES[work]) await settle(round, LANES[work]);
      await house.allReady();
      const blow = wait(work === 'migration' ? 0 : delay).then(async () => {
        if (victim === 'postgres' && work !== 'migration') return house.killPostgres(dice);
        if (victim === 'worker' || victim === 'server') house.kill(victim, dice);
        return victim;
      });
      const one = await works.begin(work);
      open.push(one);
      let struck: string = await blow;
      if (work === 'migration') {
        await wait(delay);
        if (victim === 'postgres') struck = await house.killPostgres(dice);
        else if (one.kill!()) house.killed.process = (house.killed.process ?? 0) + 1;
        else struck = 'nothing';
      }
      await look(round);
      fault(round, await broken(house));
      fault(round, await clerk.check(house));
      const row = table.get(work) ?? { rounds: 0, kills: {}, ms: 0 };
      table.set(work, {
        rounds: row.rounds + 1,
        kills: { ...row.kills, [struck]: (row.kills[struck] ?? 0) + 1 },
        ms: row.ms + Date.now() - began,
      });
    }
    await settle(rounds, null);
    for (const session of await sessions(house)) longestMs = Math.max(longestMs, aftermath(session, house.kills, Date.now()));
    await house.allReady();
    await clerk.stop();
    fault(rounds, await broken(house));
    fault(rounds, await clerk.check(house));
    fault(rounds, [...client.faults, ...clerkClient.faults, ...house.deaths]);
    if (longestMs > LIMIT_MS) fault(rounds, [`a session ended ${longestMs} ms after the last kill`]);
  } catch (error) {
    fault(0, [error instanceof Error ? error.message : String(error)]);
    await clerk?.stop();
  }
  const stopped = await house.stop();
  stopMs = stopped.ms;
  if (stopMs > STOP_MS || stopped.codes.length > 0) fault(rounds, [`stopping took ${stopMs} ms, exit codes ${stopped.codes.join()}`]);
  const seconds = (Date.now() - started) / 1000;
  say(
    report({
      table,
      house: house.killed,
      longestMs,
      stopMs,
      seconds,
      rounds,
      counts: [client.counts, clerkClient.counts],
      promised: clerk?.promised() ?? 0,
      faults,
    }),
  );
  if (faults.length === 0) house.remove();
  else say(`the processes' logs are in ${house.folder}`);
  return { faults, rounds, seconds, killed: house.killed, longestMs, stopMs };
}

interface Figures {
  table: Map<Work, { rounds: number; kills: Record<string, number>; ms: number }>;
  house: Record<string, number>;
  longestMs: number;
  stopMs: number;
  seconds: number;
  rounds: number;
  counts: { answered: number; refused: number; cut: number }[];
  promised: number;
  faults: string[];
}
function report(given: Figures): string {
  const sum = (key: 'answered' | 'refused' | 'cut') => given.counts.reduce((n, one) => n + one[key], 0);
  return [
    '',
    '| During | Rounds | Killed | Mean round |',
    '|---|---|---|---|',
    ...[...given.table].map(
      ([work, { rounds, kills, ms }]) =>
        `| ${work} | ${rounds} | ${Object.entries(kills)
          .map(([what, n]) => `${what} ${n}`)
          .join(', ')} | ${(ms / rounds / 1000).toFixed(1)} s |`,
    ),
    '',
    `${given.rounds} rounds in ${given.seconds.toFixed(0)} s; killed: ${Object.entries(given.house)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ')}`,
    `requests: ${sum('answered')} answered, of them ${sum('refused')} with 503; ${sum('cut')} cut off; ${given.promised} promises held to`,
    `longest that a session went on after the last kill: ${(given.longestMs / 1000).toFixed(1)} s (at most 60); stopping: ${(given.stopMs / 1000).toFixed(1)} s (at most 10)`,
    `faults: ${given.faults.length}`,
  ].join('\n');
}
