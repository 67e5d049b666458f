import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useState } from 'react';
import { ApiError } from '../api';
import { useErrorText } from './states';
import { useUrl } from './url';

/** Starts long work and shows its session; if it runs already, shows that one. */
export function useSync(): [busy: boolean, start: (run: () => Promise<{ session_id: string }>) => Promise<void>] {
  const { message } = App.useApp();
  const { set } = useUrl();
  const queries = useQueryClient();
  const text = useErrorText();
  const [busy, setBusy] = useState(false);
  async function start(run: () => Promise<{ session_id: string }>) {
    setBusy(true);
    try {
      const { session_id } = await run();
      set({ session: session_id }, 'push');
    } catch (error) {
      const running = error instanceof ApiError ? error.extra.session_id : undefined;
      if (typeof running === 'string') set({ session: running }, 'push');
      message.error(text(error));
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: ['history/sessions'] });
    }
  }
  return [busy, start];
}
