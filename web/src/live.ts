/** Live progress of running sessions: one event stream per session however many look, polling when streams fail. */
import { catalogue, type SessionEvent, type WireOf } from '@whalefall/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { call, urlOf } from './api';

type Detail = NonNullable<WireOf<typeof catalogue.historySessions.getSyncSessionDetail>>['session'];
export type SyncRecord = Detail['instance_records'][number];
export interface Live {
  done: number;
  failed: number;
  total: number;
  records: ReadonlyMap<number, SyncRecord>;
  ended: Detail['status'] | null;
}
interface Watch {
  state: Live | null;
  listeners: Set<() => void>;
  stop: () => void;
}
const watches = new Map<string, Watch>();
const POLL_MS = 2000;

function take(watch: Watch, event: SessionEvent): void {
  const old = watch.state ?? { done: 0, failed: 0, total: 0, records: new Map<number, SyncRecord>(), ended: null };
  if (event.type === 'progress') watch.state = { ...old, done: event.done, failed: event.failed, total: event.total };
  else if (event.type === 'record') watch.state = { ...old, records: new Map(old.records).set(event.record.id, event.record) };
  else watch.state = { ...old, ended: event.status };
  watch.listeners.forEach((listener) => listener());
}

function poll(sessionId: string, watch: Watch): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let stopped = false;
  async function look() {
    try {
      const { data } = await call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } });
      const { session } = data;
      if (stopped) return;
      for (const record of session.instance_records) take(watch, { type: 'record', record });
      take(watch, {
        type: 'progress',
        done: session.successful_instances,
        failed: session.failed_instances,
        total: session.total_instances,
      });
      if (session.status !== 'running') return take(watch, { type: 'end', status: session.status });
    } catch {
      // The next look may succeed.
    }
    if (!stopped) timer = setTimeout(() => void look(), POLL_MS);
  }
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

function open(sessionId: string): Watch {
  const watch: Watch = { state: null, listeners: new Set(), stop: () => undefined };
  if (typeof EventSource === 'undefined') {
    watch.stop = poll(sessionId, watch);
    return watch;
  }
  const source = new EventSource(urlOf(catalogue.historySessions.streamSessionEvents, { params: { session_id: sessionId } }));
  watch.stop = () => source.close();
  const hear = (message: MessageEvent<string>) => {
    const event = { type: message.type, ...(JSON.parse(message.data) as object) } as SessionEvent;
    take(watch, event);
    if (event.type === 'end') source.close();
  };
  for (const name of ['progress', 'record', 'end', 'message']) source.addEventListener(name, hear as EventListener);
  source.addEventListener('error', () => {
    source.close();
    if (!watch.state?.ended) watch.stop = poll(sessionId, watch);
  });
  return watch;
}

/** @param sessionId a session that runs, or null: then nothing is opened. */
export function useLive(sessionId: string | null): Live | null {
  const queries = useQueryClient();
  const subscribe = useCallback(
    (listener: () => void) => {
      if (!sessionId) return () => undefined;
      const watch = watches.get(sessionId) ?? open(sessionId);
      watches.set(sessionId, watch);
      watch.listeners.add(listener);
      return () => {
        watch.listeners.delete(listener);
        if (watch.listeners.size > 0) return;
        watch.stop();
        watches.delete(sessionId);
      };
    },
    [sessionId],
  );
  const live = useSyncExternalStore(subscribe, () => (sessionId ? (watches.get(sessionId)?.state ?? null) : null));
  const ended = live?.ended ?? null;
  useEffect(() => {
    // What a sync writes is read again everywhere.
    if (ended) void queries.invalidateQueries();
  }, [ended, queries]);
  return live;
}
