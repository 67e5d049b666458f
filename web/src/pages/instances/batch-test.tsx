import { LoadingIcon } from '../../ui/icons';
import { catalogue } from '@whalefall/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Drawer } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { Bar } from '../../ui/bar';
import { useErrorText } from '../../ui/states';
import { Chip, useFaultName } from '../../ui/status';
import type { TestOutcome } from './test-result';
import './instances.css';

export interface TestTarget {
  id: number;
  name: string;
}
type State = 'waiting' | 'running' | TestOutcome;
const AT_ONCE = 5;

/** Tests several instances, a few at a time, and tells each result as it comes. */
export function BatchTest({ targets, onClose }: { targets: TestTarget[] | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer open={targets !== null} onClose={onClose} title={t('instances.batchTestTitle')} size={560} destroyOnHidden>
      {targets && <Run targets={targets} />}
    </Drawer>
  );
}

function Run({ targets }: { targets: TestTarget[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const text = useErrorText();
  const [states, setStates] = useState<ReadonlyMap<number, State>>(new Map());
  const stop = useRef<AbortController>(null);

  const run = useCallback(
    async (list: TestTarget[]) => {
      stop.current?.abort();
      const control = new AbortController();
      stop.current = control;
      const put = (id: number, state: State) => setStates((old) => new Map(old).set(id, state));
      for (const { id } of list) put(id, 'waiting');
      const queue = [...list];
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let next = queue.shift(); next && !control.signal.aborted; next = queue.shift()) {
            put(next.id, 'running');
            try {
              const { data } = await call(catalogue.connections.testConnection, { body: { instance_id: next.id }, signal: control.signal });
              put(next.id, data.result);
            } catch (error) {
              if (!control.signal.aborted) put(next.id, { success: false, message: text(error), latency_ms: null, duration_ms: 0 });
            }
          }
        }),
      );
      if (!control.signal.aborted) void queries.invalidateQueries();
    },
    [queries, text],
  );
  useEffect(() => {
    void run(targets);
    return () => stop.current?.abort();
  }, [targets, run]);

  const outcomes = [...states.values()].filter((state) => typeof state === 'object');
  const ok = outcomes.filter((one) => one.success).length;
  const failed = outcomes.length - ok;
  const total = targets.length;
  const failures = targets.filter(({ id }) => {
    const state = states.get(id);
    return typeof state === 'object' && !state.success;
  });
  return (
    <div className="stack">
      <div>
        <div className="row between test-summary" role="status">
          <span>{t('instances.batchTestSummary', { ok, failed, total })}</span>
          {failures.length > 0 && outcomes.length === total && (
            <Button size="small" onClick={() => void run(failures)}>
              {t('instances.retryFailed')}
            </Button>
          )}
        </div>
        <Bar done={ok} failed={failed} total={total} />
      </div>
      <ul className="tests">
        {targets.map((target) => (
          <li key={target.id}>
            <A href={`/instances/${target.id}`} className="cut">
              {target.name}
            </A>
            <Outcome state={states.get(target.id) ?? 'waiting'} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Outcome({ state }: { state: State }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useFaultName();
  if (state === 'waiting') return <span className="muted">{t('instances.waiting')}</span>;
  if (state === 'running')
    return (
      <span className="muted">
        <LoadingIcon /> {t('instances.testing')}
      </span>
    );
  if (state.success)
    return (
      <span className="row">
        <span className="muted">{state.latency_ms === null ? '' : `${format.number(Math.round(state.latency_ms))} ms`}</span>
        <Chip tone="good" dot>
          {t('instances.testOk')}
        </Chip>
      </span>
    );
  return (
    <>
      <Chip tone="bad" dot>
        {state.error_code ? name(state.error_code) : t('instances.testFailed')}
      </Chip>
      <p className="test-cause">
        {state.error ?? state.message}
        {state.remedy && <small>{state.remedy}</small>}
      </p>
    </>
  );
}
