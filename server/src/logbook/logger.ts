import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, pino } from 'pino';
import { redact, redactText } from './redact.ts';

export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Level = (typeof LEVELS)[number];

/** One line of the log, already free of secrets. */
export interface LogRow {
  timestamp: Date;
  level: Level;
  module: string;
  message: string;
  traceback: string | null;
  context: Record<string, unknown>;
}

/** Who is asked, for every line written below: request or job. */
const around = new AsyncLocalStorage<Record<string, unknown>>();
/** Lines written inside `work` carry `context` (request id, user, address …). */
export const withLogContext = <T>(context: Record<string, unknown>, work: () => T): T => around.run(context, work);
/** Adds to the context of the running request, once it is known who asks. */
export function addLogContext(more: Record<string, unknown>): void {
  Object.assign(around.getStore() ?? {}, more);
}

export interface Log {
  debug(module: string, message: string, context?: Record<string, unknown>): void;
  info(module: string, message: string, context?: Record<string, unknown>): void;
  warning(module: string, message: string, context?: Record<string, unknown>): void;
  error(module: string, message: string, context?: Record<string, unknown>, error?: unknown): void;
  critical(module: string, message: string, context?: Record<string, unknown>, error?: unknown): void;
  /** Where lines also go (the table); set once the store is open. */
  sink?: (row: LogRow) => void;
}

const PINO_LEVEL = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error', CRITICAL: 'fatal' } as const;

/** JSON lines on stdout and, through `sink`, rows of unified_logs. DEBUG never reaches the table. */
export function openLog(
  level: string,
  out: Logger = pino(
    { level: level.toLowerCase() === 'warning' ? 'warn' : level.toLowerCase(), base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ sync: false }),
  ),
): Log {
  const write = (name: Level, module: string, message: string, context: Record<string, unknown> = {}, error?: unknown) => {
    const clean = redact({ ...around.getStore(), ...context }) as Record<string, unknown>;
    const text = redactText(message);
    const traceback = error instanceof Error ? redactText(error.stack ?? error.message) : null;
    out[PINO_LEVEL[name]]({ module, ...clean, ...(traceback ? { traceback } : {}) }, text);
    if (name !== 'DEBUG') log.sink?.({ timestamp: new Date(), level: name, module, message: text, traceback, context: clean });
  };
  const log: Log = {
    debug: (module, message, context) => write('DEBUG', module, message, context),
    info: (module, message, context) => write('INFO', module, message, context),
    warning: (module, message, context) => write('WARNING', module, message, context),
    error: (module, message, context, error) => write('ERROR', module, message, context, error),
    critical: (module, message, context, error) => write('CRITICAL', module, message, context, error),
  };
  return log;
}

/** For tests and short commands: nothing is written anywhere. */
export const silentLog: Log = openLog('silent', pino({ level: 'silent' }));
