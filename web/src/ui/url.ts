/** The page's state lives in its address: everything reads and writes it here. */
import { useRouter, useRouterState } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

/** The router keeps search parameters as plain text, repeated keys as arrays. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  const search = new URLSearchParams(text);
  for (const key of new Set(search.keys())) {
    const all = search.getAll(key);
    found[key] = all.length > 1 ? all : all[0]!;
  }
  return found;
}
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(key, String(one));
  }
  const text = params.toString();
  return text && `?${text}`;
}

export type Patch = Record<string, string | number | boolean | readonly string[] | null | undefined>;
/** The address with some parameters changed; empty values leave it. */
export function patched(pathname: string, search: string, patch: Patch): string {
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(patch)) {
    params.delete(key);
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value)) for (const one of value as readonly string[]) params.append(key, one);
    else params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${pathname}?${text}` : pathname;
}

export interface Url {
  pathname: string;
  search: URLSearchParams;
  /** This page's address with some parameters changed, for a link. */
  href: (patch: Patch) => string;
  /** Goes there; `push` leaves an entry in the history. */
  set: (patch: Patch, how?: 'push' | 'replace') => void;
  go: (href: string, how?: 'push' | 'replace') => void;
}

export function useUrl(): Url {
  const router = useRouter();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const searchStr = useRouterState({ select: (state) => state.location.searchStr });
  const search = useMemo(() => new URLSearchParams(searchStr), [searchStr]);
  const go = useCallback(
    (href: string, how: 'push' | 'replace' = 'push') => {
      if (how === 'push') router.history.push(href);
      else router.history.replace(href);
    },
    [router],
  );
  const href = useCallback((patch: Patch) => patched(pathname, searchStr, patch), [pathname, searchStr]);
  const set = useCallback(
    (patch: Patch, how: 'push' | 'replace' = 'replace') => {
      // Two changes in one moment must not undo each other: read what the address is now.
      const { pathname: path, search: now } = router.history.location;
      go(patched(path, now, patch), how);
    },
    [router, go],
  );
  return { pathname, search, href, set, go };
}
