/** Work that ends in time: on the deadline or an abort the sockets are destroyed, not merely forgotten. */
import { EngineError, type ErrorStage } from './engine.ts';

export interface Limits {
  ms: number;
  signal?: AbortSignal | undefined;
  stage: ErrorStage;
  /** Tears down what the work holds; called once, on deadline or abort. */
  destroy: () => void;
}

/** Throws `TIMEOUT` or `CANCELLED` when the limits are reached first; `expired()` tells the work that it was given up. */
export function within<T>(limits: Limits, work: (expired: () => boolean) => Promise<T>): Promise<T> {
  const { ms, signal, stage, destroy } = limits;
  if (signal?.aborted) return Promise.reject(new EngineError('CANCELLED', { stage }));
  return new Promise<T>((resolve, reject) => {
    let over = false;
    const finish = (settle: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const giveUp = (error: EngineError): void =>
      finish(() => {
        reject(error);
        destroy();
      });
    const onAbort = (): void => giveUp(new EngineError('CANCELLED', { stage }));
    const timer = setTimeout(() => giveUp(new EngineError('TIMEOUT', { stage, detail: `no answer within ${ms} ms` })), ms);
    signal?.addEventListener('abort', onAbort, { once: true });
    work(() => over).then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}
