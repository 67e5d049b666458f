/** A list's filters, order and page, read from the address by the route's own query schema. */
import type { QueryOf } from '@whalefall/contract';
import { useMemo } from 'react';
import { type Route, urlOf } from '../../api';
import { useUrl, type Patch } from '../url';

export interface ListState<R extends Route> {
  query: Partial<QueryOf<R>> & Record<string, unknown>;
  page: number;
  limit: number;
  sort: string;
  order: 'asc' | 'desc';
  /** Whether anything but order and page narrows the list. */
  filtered: boolean;
  /** How many filters are set beside the search. */
  active: number;
  text: (key: string) => string | undefined;
  texts: (key: string) => string[];
  set: (patch: Patch) => void;
  clear: () => void;
  href: (patch: Patch) => string;
  /** The same filter and order as CSV. */
  csv: string;
}

const ORDERING = new Set(['page', 'limit', 'sort', 'order', 'format']);

/** What of the address the route understands; a value it refuses is left out. */
export function readQuery(route: Route, search: URLSearchParams, standard: Record<string, unknown> = {}): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(route.query?.shape ?? {})) {
    const all = search.getAll(key);
    const raw = all.length > 1 ? all : (all[0] ?? standard[key]);
    if (raw === undefined || raw === '' || key === 'format') continue;
    const parsed = (schema as { safeParse: (value: unknown) => { success: boolean; data?: unknown } }).safeParse(raw);
    if (parsed.success && parsed.data !== undefined && !(Array.isArray(parsed.data) && parsed.data.length === 0)) query[key] = parsed.data;
  }
  return query;
}

export function useList<R extends Route>(route: R, standard: Record<string, unknown> = {}): ListState<R> {
  const { search, set, href } = useUrl();
  const fixed = JSON.stringify(standard);
  return useMemo(() => {
    const given = JSON.parse(fixed) as Record<string, unknown>;
    const query = readQuery(route, search, given);
    const basis = (route.query?.safeParse({}).data ?? {}) as Record<string, unknown>;
    const whole = { ...basis, ...query };
    const filters = Object.keys(query).filter((key) => !ORDERING.has(key) && search.has(key));
    const { page: _, limit: __, ...unpaged } = query;
    return {
      query: query as ListState<R>['query'],
      page: Number(whole.page ?? 1),
      limit: Number(whole.limit ?? 20),
      sort: String(whole.sort ?? ''),
      order: whole.order === 'desc' ? 'desc' : 'asc',
      filtered: filters.length > 0,
      active: filters.filter((key) => key !== 'search').length,
      text: (key) => search.get(key) ?? undefined,
      texts: (key) =>
        search
          .getAll(key)
          .flatMap((one) => one.split(','))
          .filter(Boolean),
      set: (patch) => set('page' in patch ? patch : { page: null, ...patch }),
      clear: () => set({ page: null, ...Object.fromEntries(filters.map((key) => [key, null])) }),
      href: (patch) => href('page' in patch ? patch : { page: null, ...patch }),
      csv: urlOf(route, { query: { ...unpaged, format: 'csv' } } as never),
    };
  }, [route, search, set, href, fixed]);
}
