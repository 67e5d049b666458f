import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedError } from './error.ts';

/** What a pg client needs to reach the server. */
export interface EmbeddedConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/**
 * Everyone who uses the server holds this advisory lock shared. Whoever leaves asks for it alone: when it is given, nobody
 * else is there, and nobody can come in before the server is stopped. (Counting connections would miss both.)
 */
const presenceLock = 7_470_019_531;

/** The one connection that says "I am here", kept up for as long as we use the server. */
export class Presence {
  readonly #connection: EmbeddedConnection;
  readonly #start: () => () => Promise<void>;
  readonly #timeoutMs: number;
  #client: pg.Client | undefined;
  #left = false;
  #returning: Promise<void> = Promise.resolve();

  private constructor(connection: EmbeddedConnection, start: () => () => Promise<void>, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#connection = connection;
    this.#start = start;
  }

  static async enter(connection: EmbeddedConnection, start: () => () => Promise<void>, timeoutMs: number): Promise<Presence> {
    const presence = new Presence(connection, start, timeoutMs);
    await presence.#connect(Date.now() + timeoutMs);
    return presence;
  }

  /** Starts and connects until it holds the lock; a server that is just coming up or going down is waited for. */
  async #connect(until: number): Promise<void> {
    const start = this.#start();
    for (;;) {
      const client = new pg.Client({ ...this.#connection, database: 'postgres', application_name: 'whalefall presence' });
      client.on('error', () => void this.#lost(client));
      try {
        await start();
        await client.connect();
        await client.query(`select pg_advisory_lock_shared(${presenceLock})`);
        await client.query(`create database ${this.#connection.database}`).catch((error: { code?: string }) => {
          // Made before, or by another process at this moment.
          if (error.code !== '42P04' && error.code !== '23505') throw error;
        });
        if (this.#left) await client.end();
        else this.#client = client;
        return;
      } catch (error) {
        await client.end().catch(() => undefined);
        if (error instanceof EmbeddedError || Date.now() > until || !isPassing(error)) throw error;
        await sleep(20);
      }
    }
  }

  /** After a crash of the server everyone is thrown out: come back, else the next one to leave would stop it under us. */
  async #lost(client: pg.Client): Promise<void> {
    if (this.#left || this.#client !== client) return;
    this.#client = undefined;
    this.#returning = (async () => {
      while (!this.#left) {
        const back = await this.#connect(Date.now() + this.#timeoutMs).catch(() => 'failed');
        if (back !== 'failed') return;
        await sleep(1_000);
      }
    })();
    await this.#returning;
  }

  /** @returns true when nobody else is there; the lock then stays ours until the server is gone. */
  async leave(): Promise<boolean> {
    // Whoever leaves in the moment after a crash would otherwise leave a server behind that it has just brought back.
    await Promise.race([this.#returning, sleep(5_000, undefined, { ref: false })]);
    this.#left = true;
    const client = this.#client;
    if (!client) return false;
    await client.query(`select pg_advisory_unlock_shared(${presenceLock})`);
    const { rows } = await client.query<{ alone: boolean }>(`select pg_try_advisory_lock(${presenceLock}) as alone`);
    return rows[0]?.alone === true;
  }

  async end(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
  }
}

/** Errors of a server that starts, stops or recovers. */
function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code ?? '') ||
    /Connection terminated|connection error|timeout expired/.test(message ?? '')
  );
}
