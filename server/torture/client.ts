import { PASSWORD } from './house.ts';

const LATE_MS = 15_000;

/** What came back; null when nothing did: the server was killed, or is not up. */
export type Answer = { status: number; body: Record<string, Json>; text: string } | null;
/** Read as the contract says, which no type here repeats. */
type Json = ReturnType<typeof JSON.parse>;

/** Somebody with a token who writes down what was promised, and what no fault of ours may lead to. */
export interface Client {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  upload(path: string, csv: string): Promise<Answer>;
  counts: { answered: number; refused: number; cut: number };
  faults: string[];
}

export function openClient(port: number): Client {
  const at = `http://127.0.0.1:${port}`;
  const faults: string[] = [];
  const counts = { answered: 0, refused: 0, cut: 0 };
  let token = '';

  async function send(method: string, path: string, headers: Record<string, string>, body?: string | FormData): Promise<Answer> {
    const started = Date.now();
    try {
      const reply = await fetch(`${at}${path}`, {
        method,
        redirect: 'manual',
        headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await reply.text();
      const json = (reply.headers.get('content-type') ?? '').startsWith('application/json');
      const answer = { status: reply.status, body: json ? (JSON.parse(text) as Record<string, Json>) : {}, text };
      counts.answered += 1;
      if (reply.status === 503) counts.refused += 1;
      // 502 and 504 tell of watched servers, 503 of our own database: anything else is a failure of ours.
      if (reply.status >= 500 && ![502, 503, 504].includes(reply.status))
        faults.push(`${method} ${path}: ${reply.status} ${text.slice(0, 300)}`);
      if (json && reply.status >= 400 && typeof answer.body.message_code !== 'string')
        faults.push(`${method} ${path}: ${reply.status} without a code`);
      return answer;
    } catch {
      counts.cut += 1;
      return null;
    } finally {
      const ms = Date.now() - started;
      if (ms > LATE_MS) faults.push(`${method} ${path}: answered or given up after ${ms} ms`);
    }
  }
  async function signIn(): Promise<void> {
    token = '';
    const reply = await send(
      'POST',
      '/auth/api/login',
      { 'content-type': 'application/json' },
      JSON.stringify({ username: 'admin', password: PASSWORD }),
    );
    if (reply?.status === 200) token = reply.body.data.access_token;
  }
  async function signed(work: () => Promise<Answer>): Promise<Answer> {
    if (!token) await signIn();
    if (!token) return null;
    const answer = await work();
    if (answer?.status === 401) token = '';
    return answer;
  }
  return {
    counts,
    faults,
    call: (method, path, body) =>
      signed(() =>
        send(
          method,
          path,
          body === undefined ? {} : { 'content-type': 'application/json' },
          body === undefined ? undefined : JSON.stringify(body),
        ),
      ),
    upload(path, csv) {
      const form = new FormData();
      form.append('file', new Blob([csv], { type: 'text/csv' }), 'servers.csv');
      return signed(() => send('POST', path, {}, form));
    },
  };
}
