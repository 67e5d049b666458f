import { expect, test } from 'vitest';
import { ERROR_MESSAGES } from './messages.ts';
import { toEngineError as mysqlError } from './mysql/client.ts';
import { explain, explainedNumbers } from './numbers.ts';
import { DPI, NJS, ORA } from './oracle/errors.ts';
import { toEngineError as postgresqlError } from './postgresql/client.ts';
import { QUERYING, SIGN_IN } from './sqlserver/errors.ts';

/** Each of these has a code of its own, so one may ask what it is. Two say no more than their code does. */
const MAPPED = [
  ...Object.keys(ORA).map((n) => `ORA-${n.padStart(5, '0')}`),
  ...Object.keys(NJS)
    .filter((n) => n !== '512')
    .map((n) => `NJS-${n}`),
  ...Object.keys(DPI).map((n) => `DPI-${n}`),
  ...[...Object.keys(SIGN_IN), ...Object.keys(QUERYING)].map((n) => `SQL Server ${n}`),
];

test('every number that has a code has a cause and a remedy in both languages, not only those of its code', () => {
  const known = new Set(explainedNumbers());
  expect(MAPPED.filter((number) => !known.has(number))).toEqual([]);
  for (const number of known)
    for (const language of ['zh', 'en'] as const) {
      const { cause, remedy } = explain({ code: 'UNKNOWN', number }, language);
      expect([number, cause]).not.toEqual([number, ERROR_MESSAGES.UNKNOWN[language].cause]);
      expect([cause.length > 3, remedy.length > 3], number).toEqual([true, true]);
      expect(/[\u4e00-\u9fff]/.test(cause + remedy), number).toBe(language === 'zh');
    }
});

test('a number is explained once', () => {
  const all = explainedNumbers();
  expect(new Set(all).size).toBe(all.length);
});

test('an unknown number is explained by its code, an unknown state by its number', () => {
  expect(explain({ code: 'TIMEOUT', number: 'ORA-00001' }, 'en')).toEqual(ERROR_MESSAGES.TIMEOUT.en);
  expect(explain({ code: 'TIMEOUT' }, 'zh')).toEqual(ERROR_MESSAGES.TIMEOUT.zh);
  expect(explain({ code: 'AUTH_FAILED', number: 'SQL Server 18456/77' }, 'en')).toEqual(
    explain({ code: 'AUTH_FAILED', number: 'SQL Server 18456' }, 'en'),
  );
});

test('MySQL and PostgreSQL: the number goes with the error; codes of Node are none', () => {
  expect(mysqlError({ errno: 1045, message: 'x' }, 'connect')).toMatchObject({ code: 'AUTH_FAILED', number: 'MySQL 1045' });
  expect(mysqlError({ errno: 1142, message: 'x' }, 'query')).toMatchObject({ code: 'PRIVILEGE_MISSING', number: 'MySQL 1142' });
  expect(mysqlError(Object.assign(new Error('x'), { errno: -111, code: 'ECONNREFUSED' }), 'connect').number).toBeUndefined();
  expect(postgresqlError({ code: '28P01' }, 'connect')).toMatchObject({ code: 'AUTH_FAILED', number: 'SQLSTATE 28P01' });
  expect(postgresqlError({ code: '42501' }, 'query')).toMatchObject({ code: 'PRIVILEGE_MISSING', number: 'SQLSTATE 42501' });
  expect(postgresqlError(Object.assign(new Error('x'), { code: 'EPIPE' }), 'query').number).toBeUndefined();
});
