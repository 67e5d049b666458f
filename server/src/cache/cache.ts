import { Redis } from 'ioredis';

export type RedisState = 'connected' | 'error' | 'not_configured';

export interface Cache {
  /** The kept value, or `load`'s, kept for `ttlMs`. A failed load is never kept. Two askers at once load once. */
  get<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T>;
  /** Forgets every key that begins with this. */
  clear(prefix: string): Promise<number>;
  readonly backend: 'memory' | 'redis';
  stats(): Promise<CacheStats>;
  redis(): Promise<RedisState>;
  close(): Promise<void>;
}

export interface CacheStats {
  status: 'connected' | 'error';
  entries: number;
  hits: number;
  misses: number;
  /** Percent with two decimals; null before the first question. */
  hit_rate: number | null;
  memory_bytes: number | null;
  /** By the part of the key before its first colon. */
  namespaces: Record<string, { entries: number; hits: number; misses: number }>;
}

const PREFIX = 'whalefall:cache:';
const PING_MS = 2000;
/** Entries of the memory cache; the oldest go first. */
const MOST = 5000;

/** Memory, or Redis when REDIS_URL is set; a Redis that is away costs the cache, never the answer. */
export function openCache(redisUrl: string | undefined): Cache {
  const redis = redisUrl
    ? new Redis(redisUrl, { lazyConnect: false, maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: PING_MS })
    : null;
  redis?.on('error', () => {});
  const memory = new Map<string, { until: number; value: unknown }>();
  const counts = new Map<string, { hits: number; misses: number }>();
  const count = (key: string, what: 'hits' | 'misses') => {
    const namespace = key.split(':')[0]!;
    const entry = counts.get(namespace) ?? { hits: 0, misses: 0 };
    entry[what]++;
    counts.set(namespace, entry);
  };
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
    else {
      if (memory.size >= MOST) for (const [old, kept] of memory) if (kept.until <= Date.now() || memory.size >= MOST) memory.delete(old);
      memory.set(key, { until: Date.now() + ttlMs, value });
    }
  }
  return {
    backend: redis ? 'redis' : 'memory',
    async get<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
      const kept = await read(key);
      count(key, kept === undefined ? 'misses' : 'hits');
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
    async stats() {
      const keys = redis
        ? (await redis.keys(`${PREFIX}*`).catch(() => null))?.map((key) => key.slice(PREFIX.length))
        : [...memory].filter(([, kept]) => kept.until > Date.now()).map(([key]) => key);
      const namespaces: CacheStats['namespaces'] = Object.fromEntries([...counts].map(([name, entry]) => [name, { entries: 0, ...entry }]));
      for (const key of keys ?? []) (namespaces[key.split(':')[0]!] ??= { entries: 0, hits: 0, misses: 0 }).entries++;
      const all = [...counts.values()];
      const [hits, misses] = [all.reduce((n, one) => n + one.hits, 0), all.reduce((n, one) => n + one.misses, 0)];
      const used = redis
        ? Number(/used_memory:(\d+)/.exec(await redis.info('memory').catch(() => ''))?.[1] ?? Number.NaN)
        : [...memory.values()].reduce((n, kept) => n + 2 * JSON.stringify(kept.value ?? null).length, 0);
      return {
        status: keys ? 'connected' : 'error',
        entries: keys?.length ?? 0,
        hits,
        misses,
        hit_rate: hits + misses === 0 ? null : Math.round((10_000 * hits) / (hits + misses)) / 100,
        memory_bytes: Number.isNaN(used) ? null : used,
        namespaces,
      };
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
