import { useParams } from '@tanstack/react-router';

/** An integer of the page's path. */
export function useIdParam(name: string): number {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return Number(params[name]);
}
