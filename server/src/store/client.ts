import type { Socket } from 'node:net';
import pg from 'pg';

/** A text that came this often is worth a plan of its own on every connection that sends it. */
const OFTEN = 5;
/** So many texts at most: a server process keeps the plans of each of its connections in memory. */
const MOST = 150;
/** So many texts are counted, and so long ones: with more, counting begins again. Inserts of many rows are long, and hardly two alike. */
const COUNTED = 200;
const LONGEST = 5000;

/** What the server plans; a transaction's own words it does not. */
const PLANNED = /^\s*(select|with|insert|update|delete)\b/i;

/**
 * Not these: values that switch conditions off, or a searched text, change what is the best way to answer. A plan for any
 * value took forty times as long to count the aggregates of instances.
 */
const DEPENDS_ON_VALUES = / is null or |search_grams/;

interface Prepared {
  name: string;
  text: string;
}
/** Names for the statements that come again and again: the server reads and plans a named one once for each connection. */
export class StatementNames {
  #names = new Map<string, Prepared | null>();
  #seen = new Map<string, number>();

  /** @returns the name under which this text is prepared, and the one copy of it that all connections keep; undefined while it is rare, or when it may not be. */
  of(text: string): Prepared | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known ?? undefined;
    if (this.#names.size >= MOST || text.length > LONGEST) return undefined;
    if (!PLANNED.test(text) || DEPENDS_ON_VALUES.test(text)) return undefined;
    const seen = (this.#seen.get(text) ?? 0) + 1;
    if (seen < OFTEN) {
      if (this.#seen.size >= COUNTED) this.#seen.clear();
      this.#seen.set(text, seen);
      return undefined;
    }
    this.#seen.delete(text);
    const fresh = { name: `w${this.#names.size + 1}`, text };
    this.#names.set(text, fresh);
    return fresh;
  }

  /** Sent without a name from now on. */
  retire(text: string): void {
    this.#names.set(text, null);
  }
}

/** 0A000 “cached plan must not change result type”: the tables were altered since; 26000: a pooler between gave us another server process. */
const stale = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string };
  return code === '26000' || (code === '0A000' && message?.includes('cached plan') === true);
};

/** What is sent on a connection before and after work that may take as long as it takes; see unlimited.ts. */
export const NO_LIMIT = 'set statement_timeout = 0; set idle_in_transaction_session_timeout = 0';
export const LIMIT_AGAIN = 'reset statement_timeout; reset idle_in_transaction_session_timeout';

/** What a connection to our store does beyond the driver's. */
export interface ClientWays {
  names?: StatementNames;
  /** Given up when nothing was heard for so long while an answer is due: a host that vanished closes nothing. Longer than any statement may take; not in force while there is no limit. */
  silentMs?: number | undefined;
}

/** The class of connections to our store: statements with values are prepared when they come often, and silence ends. */
export function storeClient({ names = new StatementNames(), silentMs }: ClientWays): typeof pg.Client {
  return class extends pg.Client {
    #due = 0;
    #unlimited = false;

    constructor(config?: pg.ClientConfig) {
      super(config);
      if (!silentMs) return;
      const { stream } = this.connection as unknown as { stream: Socket };
      // The timer starts anew with every byte either way; handed over with the time, a listener would be called once only.
      stream.setTimeout(silentMs).on('timeout', () => {
        if (this.#due > 0 && !this.#unlimited) stream.destroy(new Error(`Connection terminated: no answer within ${silentMs} ms`));
      });
    }

    /** The pool asks with a function that is called back, everybody else for a promise. */
    override query(...args: unknown[]): never {
      this.#due += 1;
      const heard = () => void (this.#due -= 1);
      const back = args.at(-1);
      if (typeof back === 'function') {
        const told = (...result: unknown[]) => {
          heard();
          (back as (...result: unknown[]) => void)(...result);
        };
        return this.#ask([...args.slice(0, -1), told]) as never;
      }
      const answer = this.#ask(args);
      // A cursor or a stream of rows has no end that it tells.
      if (answer instanceof Promise) answer.then(heard, heard);
      else heard();
      return answer as never;
    }

    #ask(args: unknown[]): unknown {
      const [text, values, ...rest] = args;
      if (text === NO_LIMIT || text === LIMIT_AGAIN) this.#unlimited = text === NO_LIMIT;
      const send = super.query.bind(this) as (...args: unknown[]) => unknown;
      const prepared = typeof text === 'string' && Array.isArray(values) && rest.length === 0 ? names.of(text) : undefined;
      if (!prepared) return send(...args);
      return (send({ ...prepared, values }) as Promise<unknown>).catch((error: unknown) => {
        if (!stale(error)) throw error;
        names.retire(text as string);
        // Within a transaction the failure has ended it, and this fails too: whoever began it begins again.
        return send(text, values);
      });
    }
  } as typeof pg.Client;
}
