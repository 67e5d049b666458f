/**
 * The servers' own error numbers in words: cause and remedy that know more than the code of an error does. Numbers are
 * spelled as a DBA would search for them: `ORA-01017`, `NJS-116`, `SQL Server 18456/8` (number and state), `MySQL 1045`,
 * `SQLSTATE 28P01`.
 */
import type { EngineError, ErrorCode } from './engine.ts';
import { ERROR_MESSAGES, type Explanation } from './messages.ts';
import { MYSQL_WORDS } from './mysql/words.ts';
import { ORACLE_WORDS } from './oracle/words.ts';
import { POSTGRESQL_WORDS } from './postgresql/words.ts';
import { SQLSERVER_WORDS } from './sqlserver/words.ts';

export interface NumberWords {
  numbers: string[];
  /** Cause, remedy. */
  zh: [string, string];
  en: [string, string];
}

const WORDS = new Map(
  [...POSTGRESQL_WORDS, ...MYSQL_WORDS, ...SQLSERVER_WORDS, ...ORACLE_WORDS].flatMap((words) =>
    words.numbers.map((number) => [number, words] as const),
  ),
);
/** All numbers with words of their own. */
export const explainedNumbers = (): string[] => [...WORDS.keys()];

/** What an error means and what to do: by its number (with its state, else without), else by its code. */
export function explain(error: { code: ErrorCode; number?: EngineError['number'] | null }, language: 'zh' | 'en'): Explanation {
  const number = error.number ?? '';
  const words = WORDS.get(number) ?? WORDS.get(number.split('/')[0]!);
  if (!words) return ERROR_MESSAGES[error.code][language];
  const [cause, remedy] = words[language];
  return { cause, remedy };
}
