import type { Named, RouteDef } from './route.ts';

/** The page routes of some contract files: the server answers them, the web's router is built from them. */
export function pagesOf(catalogue: Record<string, Record<string, RouteDef & Named>>): (RouteDef & Named)[] {
  return Object.values(catalogue)
    .flatMap((file) => Object.values(file))
    .filter((route) => route.kind === 'page');
}
