import { catalogue } from '@whalefall/contract';
import { useQueries } from '@tanstack/react-query';
import { call, keyOf } from '../../../api';
import type { Series } from '../../../ui/charts/series';

const ROUTE = catalogue.instancesDetail.getInstanceDatabaseSizes;

/** The daily sizes of some databases; the route searches by part of a name, so the exact ones are picked here. */
export function useSizeHistory(instanceId: number, names: string[], from: string): { series: Series[]; pending: boolean } {
  return useQueries({
    queries: names.map((name) => {
      const args = {
        params: { instance_id: instanceId },
        query: { database_name: name, start_date: from, include_inactive: true, limit: 1000 },
      };
      return {
        queryKey: keyOf(ROUTE, args),
        queryFn: async ({ signal }: { signal: AbortSignal }) => (await call(ROUTE, { ...args, signal })).data,
      };
    }),
    combine: (results) => ({
      pending: results.some((one) => one.isPending),
      series: names.map((name, i) => ({
        key: name,
        name,
        points: (results[i]?.data?.databases ?? [])
          .filter((one) => one.database_name === name && one.collected_date !== null)
          .map((one) => [one.collected_date!, one.size_mb] as const),
      })),
    }),
  });
}

/** The calendar date some days before one of ours. */
export function daysBefore(today: string, days: number): string {
  const base = today ? Date.parse(today) : Date.now();
  return new Date(base - days * 86_400_000).toISOString().slice(0, 10);
}
