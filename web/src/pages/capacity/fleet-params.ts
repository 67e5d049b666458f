import { useEffect } from 'react';
import { useUrl } from '../../ui/url';

const OLD = { instance: 'instance_id', database: 'database_name' } as const;

/** The catalogue's prefill names lead to ours, so that old links keep working. */
export function useFleetParams(): void {
  const { search, set } = useUrl();
  useEffect(() => {
    const found = Object.entries(OLD).filter(([old]) => search.has(old));
    if (found.length > 0)
      set(
        Object.fromEntries(
          found.flatMap(([old, name]) => [
            [old, null],
            [name, search.get(name) ?? search.get(old)],
          ]),
        ),
      );
  }, [search, set]);
}
