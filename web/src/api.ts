/** The contract's routes, called and cached. Query keys begin with the contract file, so a write refreshes its readers. */
import { fillPath, type BodyInput, type Named, type ParamsOf, type QueryOf, type RouteDef, type WireOf } from '@whalefall/contract';
import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryKey,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { type Answer, type ApiError, send } from './http';

export { ApiError, type Answer } from './http';

export type Route = RouteDef & Named;
type Params<R extends Route> = unknown extends ParamsOf<R['path']> ? { params?: undefined } : { params: ParamsOf<R['path']> };
export type Args<R extends Route> = Params<R> & {
  query?: Partial<QueryOf<R>> | undefined;
  body?: BodyInput<R> | undefined;
  file?: File | undefined;
  signal?: AbortSignal | undefined;
};
type Loose = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown; file?: File; signal?: AbortSignal };

function queryString(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(key, String(one));
  }
  const text = search.toString();
  return text && `?${text}`;
}

/** The address of a route: for calls, downloads and event streams. */
export function urlOf<R extends Route>(route: R, args: Args<R>): string {
  const { params, query } = args as Loose;
  return fillPath(route.path, params) + queryString(query);
}

/** @throws {ApiError} */
export function call<R extends Route>(route: R, args: Args<R>): Promise<Answer<WireOf<R>>> {
  const { body, file, signal } = args as Loose;
  let payload = body;
  if (file) {
    const form = new FormData();
    form.append('file', file);
    payload = form;
  }
  return send<WireOf<R>>({ method: route.method, path: urlOf(route, args), body: payload, ...(signal && { signal }) });
}

export function keyOf<R extends Route>(route: R, args: Args<R>): QueryKey {
  const { params, query } = args as Loose;
  return [route.file, route.id, params ?? null, query ?? null];
}

export interface ReadOptions<T> {
  enabled?: boolean;
  /** Milliseconds, or how long by what was read last. */
  refetchInterval?: number | false | ((data: T | undefined) => number | false);
  /** Keep showing the last page while the next one loads. */
  keep?: boolean;
  staleTime?: number;
}

export function useRoute<R extends Route>(
  route: R,
  args: Args<R>,
  options: ReadOptions<WireOf<R>> = {},
): UseQueryResult<WireOf<R>, ApiError> {
  const { keep, refetchInterval, ...rest } = options;
  return useQuery<WireOf<R>, ApiError>({
    queryKey: keyOf(route, args),
    queryFn: async ({ signal }) => (await call(route, { ...args, signal })).data as WireOf<R>,
    ...(keep && { placeholderData: keepPreviousData as never }),
    refetchInterval: typeof refetchInterval === 'function' ? (query) => refetchInterval(query.state.data) : (refetchInterval ?? false),
    ...rest,
  });
}

/**
 * A write. On success, whatever was read from the same contract file (and the `also` ones) is read again.
 * @param gone the path parameters of what no longer exists then: its own page does not ask for it once more
 */
export function useSend<R extends Route>(
  route: R,
  also: readonly string[] = [],
  gone?: (args: Args<R>) => Record<string, unknown>[],
): UseMutationResult<Answer<WireOf<R>>, ApiError, Args<R>> {
  const queries = useQueryClient();
  const stale = new Set([route.file, ...also]);
  return useMutation<Answer<WireOf<R>>, ApiError, Args<R>>({
    mutationFn: (args) => call(route, args),
    onSuccess: (_, args) => {
      const lost = gone?.(args) ?? [];
      const isLost = ({ queryKey }: { queryKey: QueryKey }) => {
        const params = queryKey[2] as Record<string, unknown> | null | undefined;
        return lost.some((one) => Object.entries(one).every(([name, value]) => params?.[name] === value));
      };
      void queries.invalidateQueries({ predicate: isLost, refetchType: 'none' });
      return queries.invalidateQueries({ predicate: (query) => stale.has(String(query.queryKey[0])) && !isLost(query) });
    },
  });
}
