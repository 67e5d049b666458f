import { catalogue } from '@whalefall/contract';
import { useQueryClient } from '@tanstack/react-query';
import { call, keyOf, useRoute } from '../api';

const ME = catalogue.auth.me;
/** One remembered choice of the signed-in user, e.g. which columns a list shows. */
export function usePreference<T>(name: string, standard: T): [T, (value: T) => void] {
  const queries = useQueryClient();
  const me = useRoute(ME, {}, { staleTime: Infinity });
  const value = (me.data?.preferences?.[name] as T | undefined) ?? standard;
  function save(next: T) {
    queries.setQueryData(keyOf(ME, {}), (old: typeof me.data) => old && { ...old, preferences: { ...old.preferences, [name]: next } });
    void call(catalogue.auth.updatePreferences, { body: { preferences: { [name]: next as never } } }).catch(() => undefined);
  }
  return [value, save];
}
