/** Answers fetch from contract routes: the path, the method and the reply's type are the contract's. */
import type { WireOf } from '@whalefall/contract';
import { vi } from 'vitest';
import type { Route } from '../api';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}
type Reply<R extends Route> = WireOf<R> | ((asked: Asked) => WireOf<R> | Response);
interface Answer {
  route: Route;
  reply: unknown;
}

/** One route and what it answers. */
export function answer<R extends Route>(route: R, reply: Reply<R>): Answer {
  return { route, reply };
}

export function success(data: unknown, status = 200): Response {
  return Response.json({ success: true, error: false, message: 'ok', timestamp: '', data }, { status });
}
export function refusal(
  status: number,
  message_code: string,
  extra: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { success: false, error: true, error_id: 'e-1', message_code, message: `refused: ${message_code}`, extra },
    { status, headers },
  );
}

const pattern = (path: string) => new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/<(?:int:)?[a-z_]+>/g, '[^/]+')}$`);

/** @returns every request that was made. */
export function stubFetch(...answers: Answer[]): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal('fetch', (input: string, init: RequestInit = {}) => {
    const url = new URL(input, 'http://console.test');
    const asked: Asked = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : init.body,
    };
    log.push(asked);
    const found = answers.find(({ route }) => route.method === asked.method && pattern(route.path).test(asked.path));
    if (!found) return Promise.resolve(refusal(404, 'RESOURCE_NOT_FOUND'));
    const reply: unknown = typeof found.reply === 'function' ? (found.reply as (asked: Asked) => unknown)(asked) : found.reply;
    return Promise.resolve(reply instanceof Response ? reply : success(reply));
  });
  return log;
}
