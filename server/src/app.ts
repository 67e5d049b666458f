import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { catalogue, type Named, type RouteDef } from '@whalefall/contract';
import { today } from './clock.ts';
import type { Deps } from './assemble.ts';
import { openMetrics } from './features/health/index.ts';
import { docs } from './http/docs.ts';
import { failureOf } from './http/errors.ts';
import { closeAllEvents } from './http/events.ts';
import { securityHeaders } from './http/headers.ts';
import { mountMetrics } from './http/metrics.ts';
import { type House, wantsPage } from './http/mount.ts';
import { localeOfRequest } from './http/context.ts';
import { openPages } from './http/pages.ts';
import { authenticate } from './http/session.ts';
import { withLogContext } from './logbook/index.ts';
import { Refusal } from './refusal.ts';
import { mountAll } from './routes.ts';
import { randomId } from './vault/secrets.ts';

/** Deps → the HTTP server, not yet listening. */
export async function buildApp(deps: Deps): Promise<FastifyInstance> {
  const { config, db, clock, log } = deps;
  const app = Fastify({
    // So many hops in front of us are ours; what they say of the client is believed, nobody else's word.
    trustProxy: (_address, hop) => hop < config.trustProxy,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomId();
    },
    forceCloseConnections: 'idle',
    bodyLimit: 1_048_576,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    // Longer than node takes an address to be: what is too long for anything is found by nobody, and that is a 404 of ours.
    routerOptions: { maxParamLength: 65_536, ignoreDuplicateSlashes: false },
    rewriteUrl: (request) => readableUrl(request.url ?? '/'),
  });
  app.decorateRequest('house', null as never);
  app.addHook('onRequest', (request, reply, done) => {
    request.house = { user: null, now: clock.now(), csrf: 'passed', route: null, monitor: false };
    void reply.header('x-request-id', request.id);
    // A proxy that holds connections open must neither choose us again nor lose a request on a line that we close.
    if (deps.leaving.now) {
      void reply.header('connection', 'close');
      if (request.url.split('?')[0] === '/health/api/health') return done(new Refusal('SERVICE_UNHEALTHY'));
    }
    withLogContext(
      {
        request_id: request.id,
        url: request.url.split('?')[0],
        method: request.method,
        ip_address: request.ip,
        user_agent: request.headers['user-agent'],
      },
      done,
    );
  });
  await app.register(cookie);
  // Data only. Pages carry a token beside what was asked for, whose lengths packed together would tell about it.
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    customTypes: /^(application\/json|text\/csv)/,
    threshold: 4096,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    zlibOptions: { level: 4 },
  });
  await securityHeaders(app);
  await app.register(multipart);
  // Bodies arrive as bytes: CSRF and media type are asked before anything is parsed.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  await app.register(rateLimit, { global: false });

  const keys = { secretKey: config.secretKey, jwtSecretKey: config.jwtSecretKey };
  const pages = openPages(config.webDir ?? null, keys, { version: config.version, demo: config.demo, time_zone: clock.timeZone }, () =>
    today(clock),
  );
  const house: House = { app, db, clock, log, keys, pages, healthToken: config.healthToken, limit: requestLimit(app, config.apiRateLimit) };

  app.addHook('preClose', async () => closeAllEvents());
  app.setErrorHandler((error, request, reply) => sendFailure(house, error, request, reply));
  app.setNotFoundHandler(async (request, reply) => {
    // The page that says so is in the language of whoever is signed in, and leads back to the console.
    if (wantsPage(request)) request.house.user = await authenticate(db, request, keys, request.house.now).catch(() => null);
    return sendFailure(house, missing(request), request, reply);
  });
  if (config.webDir)
    await app.register(fastifyStatic, {
      root: `${config.webDir}/assets`,
      prefix: '/assets/',
      preCompressed: true,
      immutable: true,
      maxAge: '365d',
      index: false,
      decorateReply: false,
    });
  if (config.metricsToken) mountMetrics(app, config.metricsToken, openMetrics(deps));
  mountAll(house, deps);
  await docs(house, config.version);
  app.options('*', async (request, reply) => {
    const methods = methodsOf(request.url.split('?')[0]!);
    if (methods.length === 0) throw new Refusal('RESOURCE_NOT_FOUND', { extra: { resource: 'path', id: request.url } });
    return reply
      .header('allow', [...methods, 'HEAD', 'OPTIONS'].join(', '))
      .status(204)
      .send();
  });
  return app;
}

/** A path whose escapes are none is read as it is written: the router would refuse it in words of its own. */
function readableUrl(url: string): string {
  const [path = '/', ...query] = url.split('?');
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return [path.replaceAll('%', '%25'), ...query].join('?');
  }
}

const ROUTES = Object.values(catalogue).flatMap((file) => Object.values(file) as (RouteDef & Named)[]);
const PATTERNS = ROUTES.flatMap((route) =>
  [route.path, ...(route.also ?? [])].map((path) => ({
    method: route.method,
    pattern: new RegExp(
      `^${path
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/<int:[a-z_]+>/g, '\\d+')
        .replace(/<[a-z_]+>/g, '[^/]+')}$`,
    ),
  })),
);
const methodsOf = (path: string): string[] => [
  ...new Set(PATTERNS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
];

/** 405 where the path exists with another method, else 404. */
function missing(request: FastifyRequest): Refusal {
  const path = request.url.split('?')[0]!;
  const methods = methodsOf(path);
  if (methods.length > 0 && !methods.includes(request.method as never))
    return new Refusal('METHOD_NOT_ALLOWED', { headers: { Allow: [...methods, 'OPTIONS'].join(', ') } });
  return new Refusal('RESOURCE_NOT_FOUND', { extra: { resource: 'path', id: path } });
}

/** 6,000 requests a minute for a user, 1,200 for an address without one; 0 turns both off. */
function requestLimit(app: FastifyInstance, perMinute: number): House['limit'] {
  if (perMinute === 0) return async () => {};
  const check = app.createRateLimit({
    max: (request) => (request.house.user ? perMinute : Math.ceil(perMinute / 5)),
    timeWindow: 60_000,
    keyGenerator: (request) => (request.house.user ? `user:${request.house.user.id}` : `ip:${request.ip}`),
  });
  return async (request) => {
    const state = await check(request);
    if (state.isAllowed || !state.isExceeded) return;
    const retry = Math.max(1, state.ttlInSeconds);
    throw new Refusal('RATE_LIMIT_EXCEEDED', {
      extra: { retry_after: retry, limit: state.max, remaining: 0 },
      headers: { 'Retry-After': String(retry), 'X-RateLimit-Limit': String(state.max), 'X-RateLimit-Remaining': '0' },
    });
  };
}

/** Every failure leaves here: as the envelope, or as a page of the same status. */
function sendFailure(house: House, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { user, now } = request.house ?? { user: null, now: house.clock.now() };
  const pending = request.house?.csrf === 'ask the body' && (error as { code?: string }).code === 'FST_ERR_CTP_BODY_TOO_LARGE';
  const failure = failureOf(pending ? new Refusal('CSRF_MISSING') : error, {
    locale: localeOfRequest(request),
    requestId: request.id,
    userId: user?.id ?? null,
    url: `${request.protocol}://${request.host}${request.url}`,
    method: request.method,
    ip: request.ip,
    userAgent: request.headers['user-agent'],
    now,
  });
  const { envelope } = failure;
  const about = {
    error_id: envelope.error_id,
    category: envelope.category,
    severity: envelope.severity,
    message_code: envelope.message_code,
    status: failure.status,
    extra: envelope.extra,
  };
  // The path as the catalogue writes it; of no route, as it was asked.
  const where = request.house?.route?.path ?? request.url.split('?')[0]!.slice(0, 200);
  const line = `${envelope.message_code} ${request.method} ${where}`;
  if (failure.status >= 500) house.log.error('error_handler', line, about, failure.cause ?? error);
  else if (failure.status !== 404 || request.house?.user) house.log.warning('error_handler', line, about);
  void reply.headers(failure.headers);
  if (!wantsPage(request))
    return reply
      .status(failure.status)
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(envelope));
  const isForm = request.house.route?.kind === 'form' && failure.status !== 403;
  return house.pages.send(request, reply, {
    status: failure.status,
    title: envelope.message,
    ...(isForm
      ? {
          formState: {
            values: withoutPasswords(request),
            fields: envelope.extra?.fields ?? {},
            message: envelope.message,
            error_id: envelope.error_id,
          },
        }
      : { error: envelope }),
  });
}

/** What was typed, for the form to show again: never a secret. */
function withoutPasswords(request: FastifyRequest): Record<string, unknown> {
  if (!(request.body instanceof Buffer)) return {};
  const values = Object.fromEntries(new URLSearchParams(request.body.toString('utf8')));
  return Object.fromEntries(Object.entries(values).filter(([key]) => !/password|token|secret|ca|wallet/i.test(key)));
}
