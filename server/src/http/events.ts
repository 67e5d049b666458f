import type { FastifyReply, FastifyRequest } from 'fastify';

export interface EventStream {
  send(event: { type: string } & Record<string, unknown>): void;
  close(): void;
  readonly closed: AbortSignal;
}

const open = new Set<EventStream>();
const BEAT_MS = 15_000;

/** Opens a stream of server-sent events; it beats every 15 s, so that proxies keep it and the dead are noticed. */
export function openEvents(request: FastifyRequest, reply: FastifyReply): EventStream {
  const ended = new AbortController();
  reply.hijack();
  const headers = {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'keep-alive',
  };
  reply.raw.writeHead(200, headers as Record<string, string>);
  reply.raw.write('retry: 2000\n\n');
  const beat = setInterval(() => reply.raw.write(': beat\n\n'), BEAT_MS);
  const stream: EventStream = {
    closed: ended.signal,
    send(event) {
      if (!ended.signal.aborted) reply.raw.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    },
    close() {
      if (ended.signal.aborted) return;
      ended.abort();
      clearInterval(beat);
      open.delete(stream);
      reply.raw.end();
    },
  };
  open.add(stream);
  request.raw.once('close', () => stream.close());
  return stream;
}

/** Before the server closes: an open stream would hold it for ever. */
export function closeAllEvents(): void {
  for (const stream of open) stream.close();
}
