import pg from 'pg';

/** A text that came this often is worth a plan of its own on every connection that sends it. */
const OFTEN = 5;
/** So many texts at most: a server process keeps the plans of each of its connections in memory. */
const MOST = 150;
/** So many texts are counted; with more, counting begins again. */
const COUNTED = 5000;

/** What the server plans; a transaction's own words it does not. */
const PLANNED = /^\s*(select|with|insert|update|delete)\b/i;

/** Names for the statements that come again and again: the server reads and plans a named one once for each connection. */
export class StatementNames {
  #names = new Map<string, string>();
  #seen = new Map<string, number>();

  /** @returns the name under which this text is prepared; undefined while it is rare, or when it may not be. */
  of(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined) return name === '' ? undefined : name;
    if (this.#names.size >= MOST || !PLANNED.test(text)) return undefined;
    const seen = (this.#seen.get(text) ?? 0) + 1;
    if (seen < OFTEN) {
      if (this.#seen.size >= COUNTED) this.#seen.clear();
      this.#seen.set(text, seen);
      return undefined;
    }
    this.#seen.delete(text);
    const fresh = `w${this.#names.size + 1}`;
    this.#names.set(text, fresh);
    return fresh;
  }

  /** Sent without a name from now on. */
  retire(text: string): void {
    this.#names.set(text, '');
  }
}

/** 0A000 “cached plan must not change result type”: the tables were altered since; 26000: a pooler between gave us another server process. */
const stale = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string };
  return code === '26000' || (code === '0A000' && message?.includes('cached plan') === true);
};

/** The class of connections whose statements with values are prepared when they come often. */
export function preparingClient(names = new StatementNames()): typeof pg.Client {
  return class extends pg.Client {
    override query(...args: unknown[]): never {
      const [text, values, ...rest] = args;
      const send = super.query.bind(this) as (...args: unknown[]) => unknown;
      const name = typeof text === 'string' && Array.isArray(values) && rest.length === 0 ? names.of(text) : undefined;
      if (name === undefined) return send(...args) as never;
      return (send({ name, text, values }) as Promise<unknown>).catch((error: unknown) => {
        if (!stale(error)) throw error;
        names.retire(text as string);
        // Within a transaction the failure has ended it, and this fails too: whoever began it begins again.
        return send(text, values);
      }) as never;
    }
  } as typeof pg.Client;
}
