/** Does a grant answer a question? The rule of each engine about what lies inside what (pure). */
import type { DbType } from './engine.ts';
import type { Grant, GrantScope } from './facts.ts';
import { SQLSERVER_SERVER_WIDE } from './wider.ts';

/** "May … do `privilege` on this one thing?" */
export interface Question {
  scope: GrantScope;
  kind?: string;
  database?: string;
  schema?: string;
  object?: string;
  column?: string;
  privilege: string;
}

export function covers(dbType: DbType, grant: Grant, question: Question): boolean {
  if (grant.privilege === 'ALL' && grant.scope === 'server') return true;
  return COVER[dbType](grant, question);
}

/** An absent part of a grant means any. */
const fits = (granted: string | null | undefined, asked: string | undefined): boolean =>
  granted === undefined || granted === null || granted === asked;

const COVER: Record<DbType, (grant: Grant, question: Question) => boolean> = {
  // Privileges stay on their object; only a table's reaches into its columns.
  postgresql: (grant, question) => {
    const scopeFits = grant.scope === question.scope || (grant.scope === 'table' && question.scope === 'column');
    return (
      scopeFits &&
      fits(grant.kind, question.kind) &&
      fits(grant.database, question.database) &&
      fits(grant.schema, question.schema) &&
      fits(grant.object, question.object) &&
      fits(grant.column, question.column)
    );
  },
  mysql: (grant, question) => {
    if (grant.scope === 'server') return question.scope !== 'proxy' || grant.privilege === 'PROXY';
    if (grant.scope === 'proxy' || grant.scope === 'other') return grant.scope === question.scope && fits(grant.object, question.object);
    if (question.scope === 'server' || question.database === undefined) return false;
    if (grant.scope === 'database') return matchesPattern(grant.database ?? '', question.database);
    const sameObject = grant.database === question.database && grant.object === question.object;
    if (grant.scope === 'table') return sameObject && (question.scope === 'table' || question.scope === 'column');
    if (grant.scope === 'column') return sameObject && question.scope === 'column' && grant.column === question.column;
    return sameObject && grant.scope === question.scope && fits(grant.kind, question.kind);
  },
  sqlserver: (grant, question) => {
    if (grant.scope === 'server')
      return (
        question.scope === 'server' ||
        grant.privilege === 'CONTROL SERVER' ||
        grant.privilege === question.privilege ||
        grant.privilege === 'ALTER ANY DATABASE' ||
        (SQLSERVER_SERVER_WIDE[question.privilege]?.includes(grant.privilege) ?? false)
      );
    if (grant.scope === 'other')
      return (
        question.scope === 'other' &&
        fits(grant.kind, question.kind) &&
        fits(grant.database, question.database) &&
        fits(grant.object, question.object)
      );
    if (question.scope === 'server' || grant.database !== question.database) return false;
    if (grant.scope === 'database') return true;
    if (grant.schema !== question.schema) return false;
    if (grant.scope === 'schema') return question.scope !== 'database';
    if (grant.object !== question.object) return false;
    if (grant.scope === 'column') return question.scope === 'column' && grant.column === question.column;
    return grant.scope === question.scope || question.scope === 'column';
  },
  oracle: (grant, question) => {
    if (grant.scope === 'server')
      return question.scope === 'server'
        ? grant.privilege === question.privilege
        : // ANY privileges do not reach the dictionary; one of its own does.
          question.schema === 'SYS'
          ? grant.privilege === 'SELECT ANY DICTIONARY'
          : / ANY /.test(grant.privilege);
    if (question.scope === 'server') return false;
    if (grant.scope === 'schema') return grant.schema === question.schema;
    const sameObject = fits(grant.kind, question.kind) && grant.schema === question.schema && grant.object === question.object;
    if (grant.scope === 'column') return sameObject && question.scope === 'column' && grant.column === question.column;
    return sameObject && (grant.scope === question.scope || (grant.scope === 'table' && question.scope === 'column'));
  },
};

const patterns = new Map<string, RegExp>();

/** MySQL's pattern in a database grant: `%` any run, `_` one character, `\` makes the next one literal. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!/[%_\\]/.test(pattern)) return pattern === name;
  let expression = patterns.get(pattern);
  if (!expression) {
    let source = '';
    for (let i = 0; i < pattern.length; i += 1) {
      const char = pattern[i]!;
      if (char === '\\' && i + 1 < pattern.length) {
        i += 1;
        source += escaped(pattern[i]!);
      } else source += char === '%' ? '.*' : char === '_' ? '.' : escaped(char);
    }
    expression = new RegExp(`^${source}$`, 'su');
    if (patterns.size > 10_000) patterns.clear();
    patterns.set(pattern, expression);
  }
  return expression.test(name);
}

/**
 * Which of several matching database patterns the server looks at: the highest. MySQL (sql/auth, `get_sort`) counts
 * up to the first wildcard; MariaDB, as tried on 10.11, up to the first `%`, then fewer `_`, then more literal text.
 */
export function patternRank(pattern: string, flavour: 'mysql' | 'mariadb'): number {
  let literals = 0;
  let ones = 0;
  let beforeMany = -1;
  let beforeAny = -1;
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern[i]!;
    const at = literals + ones;
    if (char === '%' || char === '_') {
      if (beforeAny < 0) beforeAny = i;
      if (char === '_') ones += 1;
      else if (beforeMany < 0) beforeMany = at;
    } else {
      if (char === '\\' && i + 1 < pattern.length) i += 1;
      literals += 1;
    }
  }
  if (flavour === 'mysql') return beforeAny < 0 ? 1_000_000 : beforeAny;
  return (beforeMany < 0 ? 999 : beforeMany) * 1_000_000 + (999 - ones) * 1_000 + literals;
}

const escaped = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);
