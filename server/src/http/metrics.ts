import type { FastifyInstance } from 'fastify';
import { sameText, sha256 } from '../vault/secrets.ts';

/** Numbers for Prometheus: what is counted at each reply, and what is read when it is asked for. */
export interface Metrics {
  /** The media type of what `scrape` gives. */
  media: string;
  observe(reply: { route: string; method: string; status: number; seconds: number }): void;
  scrape(): Promise<string>;
}

/**
 * `GET /metrics` for whoever holds the token. Outside of the contract: its text is Prometheus' own, and it answers to a
 * monitor, not to one of our users.
 */
export function mountMetrics(app: FastifyInstance, token: string, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    // Only ids of ours become labels: a path is made up by whoever asks, and each new one would be a series for ever.
    const route = request.house?.route?.id ?? (request.routeOptions.url === '/metrics' ? 'metrics' : 'other');
    metrics.observe({ route, method: request.method, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
  });
  const wanted = sha256(token);
  app.get('/metrics', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const [, given] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (given === undefined || !sameText(sha256(given), wanted))
      return reply
        .status(401)
        .header('www-authenticate', 'Bearer realm="metrics"')
        .type('text/plain; charset=utf-8')
        .send('the metrics token is missing or wrong\n');
    return reply.type(metrics.media).send(await metrics.scrape());
  });
}
