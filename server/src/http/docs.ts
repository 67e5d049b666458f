import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyRequest } from 'fastify';
import { catalogue, type Named, type RouteDef } from '@whalefall/contract';
import { Refusal } from '../refusal.ts';
import type { House } from './mount.ts';
import { openApi } from './openapi.ts';
import { authenticate } from './session.ts';

/** `/openapi.json` and the readable `/docs`, both for signed-in people only. */
export async function docs(house: House, version: string): Promise<void> {
  const routes = Object.values(catalogue).flatMap((file) => Object.values(file) as (RouteDef & Named)[]);
  const document = openApi(routes, version);
  const signedIn = async (request: FastifyRequest) => {
    request.house.user = await authenticate(house.db, request, house.keys, request.house.now);
    if (!request.house.user) throw new Refusal('AUTHENTICATION_REQUIRED');
    if (request.house.user.mustChangePassword) throw new Refusal('PASSWORD_CHANGE_REQUIRED');
  };
  house.app.get('/openapi.json', { onRequest: signedIn }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(document),
  );
  await house.app.register(async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      request.house.user = await authenticate(house.db, request, house.keys, request.house.now);
      if (!request.house.user) return reply.redirect(`/auth/login?next=${encodeURIComponent('/docs')}`, 302);
      if (request.house.user.mustChangePassword) return reply.redirect('/auth/change-password', 303);
      // The reader makes one style element of its own.
      const policy = String(reply.getHeader('content-security-policy') ?? '');
      void reply.header('content-security-policy', policy.replace(/style-src 'self' 'nonce-[^']*'/, "style-src 'self' 'unsafe-inline'"));
    });
    await app.register(swagger, { mode: 'static', specification: { document: document as never } });
    await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { deepLinking: true } });
  });
}
