import { Redis } from 'ioredis';

export type RedisState = 'connected' | 'error' | 'not_configured';

export interface Cache {
  /** The kept value, or `load`'s, kept for `ttlMs`. A failed load is never kept. Two askers at once load once. */
  get<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T>;
  /** Forgets every key that begins with this. */
  clear(prefix: string): Promise<number>;
  readonly backend: 'memory' | 'redis';
  redis(): Promise<RedisState>;
  close(): Promise<void>;
}

const PREFIX = 'whalefall:cache:';
const PING_MS = 2000;

/** Memory, or Redis when REDIS_URL is set; a Redis that is away costs the cache, never the answer. */
export function openCache(redisUrl: string | undefined): Cache {
  const redis = redisUrl
    ? new Redis(redisUrl, { lazyConnect: false, maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: PING_MS })
    : null;
  redis?.on('error', () => {});
  const memory = new Map<string, { until: number; value: unknown }>();
  const loading = new Map<string, Promise<unknown>>();

  async function read(key: string): Promise<unknown> {
    if (!redis) {
      const kept = memory.get(key);
      return kept && kept.until > Date.now() ? kept.value : undefined;
    }
    const text = await redis.get(PREFIX + key).catch(() => null);
    return text === null ? undefined : JSON.parse(text);
  }
  async function keep(key: string, value: unknown, ttlMs: number): Promise<void> {
    if (redis) await redis.set(PREFIX + key, JSON.stringify(value), 'PX', ttlMs).catch(() => {});
    else memory.set(key, { until: Date.now() + ttlMs, value });
  }
  return {
    backend: redis ? 'redis' : 'memory',
    async get<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
      const kept = await read(key);
      if (kept !== undefined) return kept as T;
      const already = loading.get(key);
      if (already) return already as Promise<T>;
      const work = load().then(async (value) => {
        await keep(key, value, ttlMs);
        return value;
      });
      loading.set(key, work);
      return work.finally(() => loading.delete(key));
    },
    async clear(prefix) {
      if (!redis) {
        const keys = [...memory.keys()].filter((key) => key.startsWith(prefix));
        for (const key of keys) memory.delete(key);
        return keys.length;
      }
      const keys = await redis.keys(`${PREFIX}${prefix}*`).catch(() => []);
      return keys.length === 0 ? 0 : redis.del(keys).catch(() => 0);
    },
    async redis() {
      if (!redis) return 'not_configured';
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), PING_MS).unref());
      const pong = await Promise.race([redis.ping().catch(() => 'error'), late]);
      return pong === 'PONG' ? 'connected' : 'error';
    },
    async close() {
      redis?.disconnect();
    },
  };
}
