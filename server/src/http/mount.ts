import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import {
  type Access,
  type BodyOf,
  isApiPath,
  inLocale,
  mayEnter,
  type Named,
  type ParamsOf,
  pathParams,
  type QueryOf,
  type ReplyOf,
  type RouteDef,
} from '@whalefall/contract';
import type { Clock } from '../clock.ts';
import { addLogContext, type Log } from '../logbook/index.ts';
import { Refusal, refuse } from '../refusal.ts';
import type { DB } from '../store/tables.ts';
import { Answer, type FileReply } from './answer.ts';
import { parse, readBody, readMultipart, readQuery, refuseUnstorable, typedForm, type Upload } from './body.ts';
import { type Asker, localeOfRequest, type User } from './context.ts';
import { csvOfPages } from './csv.ts';
import { checkCsrfBody, checkCsrfHeader, type CsrfState, mediaType } from './csrf.ts';
import { checkAddress } from './limits.ts';
import type { Pages } from './pages.ts';
import { sameText } from '../vault/secrets.ts';
import { authenticate, type SessionKeys } from './session.ts';

/** What the HTTP room needs of the house. */
export interface House {
  app: FastifyInstance;
  db: Kysely<DB>;
  clock: Clock;
  log: Log;
  keys: SessionKeys;
  pages: Pages;
  healthToken: string | undefined;
  /** Counts one request; throws RATE_LIMIT_EXCEEDED. */
  limit(request: FastifyRequest, user: User | null): Promise<void>;
}

export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}
export type Args<R extends RouteDef> = {
  params: ParamsOf<R['path']>;
  query: QueryOf<R>;
  body: BodyOf<R>;
  file: R extends { upload: number } ? Upload : undefined;
};
type AskerOf<R extends RouteDef> = Asker<R extends { access: 'public' } | { monitoring: true } ? User | null : User>;
type Outcome<R extends RouteDef> = R extends { kind: 'file' }
  ? FileReply
  : R extends { kind: 'events' }
    ? void
    : R extends { reply: unknown }
      ? (ReplyOf<R> & { redirect_to?: string }) | Answer<ReplyOf<R>>
      : void;
export type Handler<R extends RouteDef> = (args: Args<R>, asker: AskerOf<R>, exchange: Exchange) => Promise<Outcome<R>>;

type Work<R> = R extends { kind: 'page' | 'form' } ? never : R;
type Pagelike<R> = R extends { kind: 'page' } ? R : never;
/**
 * One function for each route of a contract file that does work: a missing, extra or mistyped one does not compile.
 * A page may add a check: it answers 404 when what it shows does not exist, or 302 when it only leads elsewhere.
 */
export type Handlers<Rs extends Record<string, RouteDef>> = {
  [K in keyof Rs as Work<Rs[K]> extends never ? never : K]: Handler<Rs[K]>;
} & {
  [K in keyof Rs as Pagelike<Rs[K]> extends never ? never : K]?: (
    args: { params: ParamsOf<Rs[K]['path']>; query: Record<string, unknown> },
    asker: Asker<User | null>,
  ) => Promise<{ redirect?: string } | void>;
};

type Route = RouteDef & Named;
type AnyHandler = (
  args: { params: unknown; query: unknown; body: unknown; file: unknown },
  asker: Asker<User | null>,
  exchange: Exchange,
) => Promise<unknown>;

declare module 'fastify' {
  interface FastifyRequest {
    house: { user: User | null; now: Date; csrf: CsrfState; route: Route | null; monitor: boolean };
  }
  interface FastifyContextConfig {
    route?: Route;
  }
}

/** `<int:id>` → `:id(^\\d+$)`, `<name>` → `:name`. */
const fastifyPath = (path: string): string => path.replace(/<int:([a-z_]+)>/g, ':$1(^\\d+$)').replace(/<([a-z_]+)>/g, ':$1');

/** Mounts the routes of one contract file. */
export function mount<Rs extends Record<string, Route>>(house: House, routes: Rs, handlers: Handlers<Rs>): void {
  for (const [key, route] of Object.entries(routes)) {
    const workKey = route.kind === 'form' ? route.form! : key;
    const handler = (handlers as Record<string, AnyHandler | undefined>)[workKey];
    const work = routes[workKey]!;
    const options = {
      config: { route },
      onRequest: gate(house, route, work),
      bodyLimit: route.upload ? route.upload + 65_536 : 1_048_576,
      exposeHeadRoute: route.kind !== 'events',
    };
    const run =
      route.kind === 'page'
        ? page(house, route, handler)
        : route.kind === 'form'
          ? form(house, route, work, handler!)
          : api(house, route, handler!);
    house.app.route({ method: route.method, url: fastifyPath(route.path), ...options, handler: run });
    for (const other of route.also ?? []) {
      const redirect = async (request: FastifyRequest, reply: FastifyReply) =>
        reply.redirect(sameQuery(fillFrom(route.path, request), request), 308);
      house.app.route({ method: route.method, url: fastifyPath(other), ...options, handler: route.kind === 'page' ? redirect : run });
    }
    if (route.method === 'GET' && route.path.endsWith('/') && route.path !== '/')
      house.app.get(fastifyPath(route.path.slice(0, -1)), { config: { route } }, async (request, reply) =>
        reply.redirect(sameQuery(`${request.url.split('?')[0]}/`, request), 308),
      );
  }
}

const fillFrom = (path: string, request: FastifyRequest): string =>
  path.replace(/<(?:int:)?([a-z_]+)>/g, (_, name: string) => encodeURIComponent((request.params as Record<string, string>)[name] ?? ''));
const sameQuery = (path: string, request: FastifyRequest): string => {
  const query = request.url.split('?')[1];
  return query ? `${path}?${query}` : path;
};

/** 00-overview §2: signed in → role → password change → rate limit → CSRF, all before the body is read. */
function gate(house: House, route: Route, work: Route) {
  const ints = pathParams(route.path).filter((param) => param.int);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { house: own } = request;
    own.route = route;
    for (const { name } of ints)
      if (Number((request.params as Record<string, string>)[name]) > 2_147_483_647)
        throw refuse.notFound('path', request.url.split('?')[0]!);
    if (route.signIn) await checkAddress(house.db, request.ip, own.now);
    else {
      own.user = await identify(house, request, route);
      own.monitor = isMonitor(house, request, route);
      if (own.user) addLogContext({ user_id: own.user.id, username: own.user.username });
      if (await enter(house, request, reply, route, own.user)) return;
    }
    await house.limit(request, own.user);
    if (route.method !== 'GET') own.csrf = csrfState(house, request, route, own.user);
    if (route.method !== 'GET' && own.csrf === 'passed') checkMedia(request, route, work);
  };
}

/** Does the caller hold the monitoring token, on a route that takes it? */
function isMonitor(house: House, request: FastifyRequest, route: Route): boolean {
  const given = request.headers['x-health-token'];
  return route.monitoring === true && typeof given === 'string' && house.healthToken !== undefined && sameText(given, house.healthToken);
}

async function identify(house: House, request: FastifyRequest, route: Route): Promise<User | null> {
  try {
    return await authenticate(house.db, request, house.keys, request.house.now);
  } catch (error) {
    // A public route does not care for a stale token, but for those that are about tokens.
    if (route.access === 'public' && error instanceof Refusal) return null;
    throw error;
  }
}

/** @returns true when the reply has been sent (a redirect). */
async function enter(house: House, request: FastifyRequest, reply: FastifyReply, route: Route, user: User | null): Promise<boolean> {
  const isPage = route.kind === 'page' || route.kind === 'form';
  if (request.house.monitor) return false;
  if (!mayEnter(user?.role ?? null, route.access)) {
    if (user === null) {
      if (isPage || (route.kind === 'file' && request.headers['sec-fetch-mode'] === 'navigate')) {
        await reply.redirect(`/auth/login?next=${encodeURIComponent(isPage ? request.url : '/dashboard/')}`, 302);
        return true;
      }
      throw new Refusal('AUTHENTICATION_REQUIRED', { headers: { 'WWW-Authenticate': 'Bearer' } });
    }
    denied(house, request, route.access, user);
    throw refuse.forbidden(route.access);
  }
  if (user?.mustChangePassword && !route.beforePasswordChange && route.access !== 'public') {
    if (isPage) {
      await reply.redirect('/auth/change-password', 303);
      return true;
    }
    throw new Refusal('PASSWORD_CHANGE_REQUIRED');
  }
  return false;
}

function denied(house: House, request: FastifyRequest, access: Access, user: User): void {
  house.log.warning('decorators', `permission ${access} refused`, {
    user_role: user.role,
    request_path: request.url.split('?')[0],
    request_method: request.method,
    permission_type: access,
    failure_reason: 'insufficient_permissions',
  });
}

/** Bearer callers need no token: no browser adds that header by itself. Neither does a sign-in without cookie and Origin (curl). */
function csrfState(house: House, request: FastifyRequest, route: Route, user: User | null): CsrfState {
  if (user?.via === 'bearer') return 'passed';
  // Without a cookie there is nothing that another site could use: that no token came is the handler's 401.
  if (route.id === 'auth.refresh' && !request.cookies.whalefall_session) return 'passed';
  if (route.id === 'auth.authenticateUser' && !request.headers.cookie && !request.headers.origin) return 'passed';
  return checkCsrfHeader(request, house.keys);
}

/** Media type and size, known from the headers alone. */
function checkMedia(request: FastifyRequest, route: Route, work: Route): void {
  const length = Number(request.headers['content-length'] ?? 0);
  const hasBody = request.headers['transfer-encoding'] !== undefined || length > 0;
  if (!hasBody) return;
  const limit = route.upload ? route.upload + 65_536 : 1_048_576;
  if (length > limit) throw new Refusal('PAYLOAD_TOO_LARGE', { extra: { limit } });
  if (!work.body && !work.upload) return;
  const allowed = work.upload
    ? ['multipart/form-data']
    : route.kind === 'form'
      ? ['application/x-www-form-urlencoded', 'multipart/form-data']
      : ['application/json', 'application/x-www-form-urlencoded'];
  if (!allowed.includes(mediaType(request))) throw new Refusal('UNSUPPORTED_MEDIA_TYPE', { extra: { allowed } });
}

function askerOf(request: FastifyRequest): Asker<User | null> {
  const { user, now, monitor } = request.house;
  return {
    user,
    monitor,
    now,
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
    locale: localeOfRequest(request),
  };
}

/** The second half of the order: CSRF from the body, media type, schema. */
async function readArgs(house: House, request: FastifyRequest, route: Route, work: Route) {
  const rawQuery = readQuery(request.query as Record<string, unknown>, work);
  let raw: unknown;
  let file: Upload | null = null;
  if (route.method !== 'GET') {
    const multipart = mediaType(request) === 'multipart/form-data';
    if (multipart && request.isMultipart()) ({ fields: raw, file } = await readMultipart(request, work.upload ?? 65_536));
    else if (request.house.csrf === 'passed') raw = readBody(request);
    else {
      try {
        raw = readBody(request);
      } catch {
        throw new Refusal('CSRF_MISSING'); // text that is no JSON carries no token
      }
    }
    if (request.house.csrf === 'ask the body') {
      checkCsrfBody(request, raw, house.keys);
      checkMedia(request, route, work);
    }
  }
  refuseUnstorable(rawQuery, '');
  refuseUnstorable(raw, '');
  refuseUnstorable(request.params, '');
  const isForm = mediaType(request) !== 'application/json';
  const given = raw === undefined ? {} : isForm && work.body ? typedForm(raw as Record<string, unknown>, work.body) : raw;
  const query = work.query ? parse(work.query, rawQuery) : {};
  const body = work.body ? parse(work.body, given) : undefined;
  if (work.upload && !file) throw refuse.invalid({ file: { code: 'REQUIRED', zh: '请选择文件', en: 'Choose a file' } });
  const params = Object.fromEntries(
    pathParams(route.path).map(({ name, int }) => [
      name,
      int ? Number((request.params as Record<string, string>)[name]) : (request.params as Record<string, string>)[name],
    ]),
  );
  return { params, query, body, file };
}

function api(house: House, route: Route, handler: AnyHandler) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const args = await readArgs(house, request, route, route);
    const asker = askerOf(request);
    if (route.kind !== 'file' && (args.query as { format?: string }).format === 'csv')
      return sendFile(
        reply,
        await csvOfPages(
          route,
          (query) => handler({ ...args, query }, asker, { request, reply }) as Promise<Record<string, unknown>>,
          args.query as Record<string, unknown>,
          asker.now,
          house.clock.timeZone,
        ),
      );
    const outcome = await handler(args, asker, { request, reply });
    if (reply.sent || route.kind === 'events') return reply;
    if (route.kind === 'file') return sendFile(reply, outcome as FileReply);
    return sendEnvelope(route, reply, asker, outcome);
  };
}

function sendEnvelope(route: Route, reply: FastifyReply, asker: Asker<User | null>, outcome: unknown) {
  const { data, detail } = outcome instanceof Answer ? outcome : { data: outcome, detail: {} as Answer<unknown>['detail'] };
  const encoded = route.reply ? z.encode(route.reply, data as never) : undefined;
  const message = inLocale(detail.message ?? route.message ?? { zh: '操作成功', en: 'Done' }, asker.locale);
  void reply
    .status(detail.status ?? route.status ?? 200)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store');
  return reply.send(
    JSON.stringify({
      success: true,
      error: false,
      message,
      timestamp: asker.now.toISOString().replace('Z', '+00:00'),
      ...(encoded === undefined ? {} : { data: encoded }),
      ...(detail.meta ? { meta: detail.meta } : {}),
    }),
  );
}

function sendFile(reply: FastifyReply, file: FileReply) {
  void reply.header('cache-control', file.cache ?? 'no-store');
  if (file.body === null) return reply.status(204).send();
  if (file.name)
    void reply.header(
      'content-disposition',
      `attachment; filename="${file.name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    );
  return reply.header('content-type', file.media).send(file.body);
}

function page(house: House, route: Route, check: AnyHandler | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const asker = askerOf(request);
    refuseUnstorable(request.params, '');
    const params = Object.fromEntries(
      pathParams(route.path).map(({ name, int }) => [
        name,
        int ? Number((request.params as Record<string, string>)[name]) : (request.params as Record<string, string>)[name],
      ]),
    );
    const led = (await check?.({ params, query: request.query, body: undefined, file: undefined }, asker, { request, reply })) as
      { redirect?: string } | undefined;
    if (led?.redirect) return reply.redirect(led.redirect, 302);
    return house.pages.send(request, reply, { status: 200, title: inLocale(route.summary, asker.locale) });
  };
}

/** A form post on a page path: 303 to where its success leads, or the page again with what was wrong. */
function form(house: House, route: Route, work: Route, handler: AnyHandler) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const args = await readArgs(house, request, route, work);
    const outcome = await handler(args, askerOf(request), { request, reply });
    const data = (outcome instanceof Answer ? outcome.data : outcome) as { redirect_to?: string } | undefined;
    const params = args.params as Record<string, unknown>;
    const target = data?.redirect_to ?? route.then!.replace(/<([a-z_]+)>/g, (_, name: string) => String(params[name]));
    return reply.redirect(target, 303);
  };
}

/** Whether a failure of this request is told as a page. */
export function wantsPage(request: FastifyRequest): boolean {
  const kind = request.house?.route?.kind;
  return kind === 'page' || kind === 'form' || (kind === undefined && !isApiPath(request.url.split('?')[0]!));
}
