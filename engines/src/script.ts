/** What the scripts for monitoring accounts are made of; each engine has its own in `<engine>/monitoring.ts`. */

export interface ScriptOptions {
  username: string;
  flavour?: 'mysql' | 'mariadb';
  /** `main` of the server's version (`8.0`, `10.11`, `16.2`); null = current. */
  version?: string | null;
  /** MySQL: where the account signs in from. */
  host?: string;
  /** What stands in the place of the password; the operator puts his own there. */
  password?: string;
  /** PostgreSQL: databases that do not let everybody connect. */
  databases?: readonly string[];
  /** Oracle: the account is for the root container and sees all pluggable databases. */
  root?: boolean;
  /** Language of the reasons. Default English. */
  locale?: 'zh' | 'en';
}

export interface ScriptStatement {
  /** One statement with its semicolon, names and password quoted for the engine. */
  sql: string;
  /** Why it is there; a statement without one belongs to the one before. */
  why?: { zh: string; en: string };
  /** The statement that takes it back, for those that grant one thing. */
  undo?: string;
}

export const PLACEHOLDER = '<password>';

export const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** `10.11` → 1011; unknown = `newest`. */
export function versionOf(version: string | null | undefined, newest: number): number {
  const [major, minor = '0'] = (version ?? '').split('.');
  return major ? Number(major) * 100 + Number(minor) : newest;
}

/** `GRANT … TO who;` and the REVOKE that takes it back. */
export const granting = (what: string, who: string, why?: ScriptStatement['why']): ScriptStatement => ({
  sql: `GRANT ${what} TO ${who};`,
  undo: `REVOKE ${what} FROM ${who};`,
  ...(why ? { why } : {}),
});
