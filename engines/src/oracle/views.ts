/** Which views our login may read, and so what its readings are worth. */
import { EngineError, type Capability } from '../engine.ts';
import type { Unread } from '../facts.ts';
import type { Session } from './client.ts';
import { CONTAINER, probe, READABLE_COLUMNS, VIEWS, type View } from './queries.ts';

export interface Readable {
  login: string;
  container: string | null;
  /** 1201 = 12.1 … 2300 = 23ai. */
  version: number;
  /** Columns by view; a view that may not be read is absent. */
  columns: ReadonlyMap<string, ReadonlySet<string>>;
}

/** `19.3.0.0.0` → 1903. */
export function versionNumber(version: string): number {
  const [major = '0', minor = '0'] = version.split('.');
  return Number(major) * 100 + Number(minor);
}

export async function readable(session: Session): Promise<Readable> {
  const [here] = await session.query<{ container: string | null; login: string }>(CONTAINER);
  const columns = new Map<string, Set<string>>();
  for (const row of await session.query<{ view_name: string; column_name: string }>(READABLE_COLUMNS)) {
    const known = columns.get(row.view_name);
    if (known) known.add(row.column_name);
    else columns.set(row.view_name, new Set([row.column_name]));
  }
  const what = { login: here?.login ?? '', container: here?.container ?? null, version: versionNumber(session.version), columns };
  for (const view of VIEWS) if (!columns.has(view) && concerns(view, what) && (await opens(session, view))) columns.set(view, new Set());
  return what;
}

async function opens(session: Session, view: View): Promise<boolean> {
  try {
    await session.query(probe(view));
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'PRIVILEGE_MISSING') return false;
    throw error;
  }
}

export const grantOf = (view: View, login: string): string => `GRANT SELECT ON SYS.${view} TO "${login.replaceAll('"', '')}"`;

/** Throws when a view without which the answer would be worth nothing may not be read. */
export function demand(what: Readable, ...views: View[]): void {
  for (const view of views)
    if (!what.columns.has(view))
      throw new EngineError('PRIVILEGE_MISSING', {
        stage: 'query',
        needs: grantOf(view, what.login),
        detail: `SYS.${view} is not readable`,
      });
}

/** Rows of a view that the answer can do without; not readable is said, not taken for empty. */
export async function optional<T>(session: Session, what: Readable, view: View, statement: string, unread: Unread[]): Promise<T[]> {
  const closed = (): T[] => {
    unread.push({ scope: 'server', object: `SYS.${view}`, code: 'PRIVILEGE_MISSING', needs: grantOf(view, what.login) });
    return [];
  };
  if (!what.columns.has(view)) return closed();
  try {
    return await session.query<T>(statement);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'PRIVILEGE_MISSING') return closed();
    throw error;
  }
}

const NEEDED: [feature: Capability['feature'], view: View, required: boolean][] = [
  ['accounts', 'DBA_USERS', true],
  ['accounts', 'DBA_ROLES', true],
  ['privileges', 'DBA_ROLE_PRIVS', true],
  ['privileges', 'DBA_SYS_PRIVS', true],
  ['privileges', 'DBA_TAB_PRIVS', false],
  ['privileges', 'DBA_COL_PRIVS', false],
  ['privileges', 'DBA_TS_QUOTAS', false],
  ['privileges', 'DBA_SCHEMA_PRIVS', false],
  ['privileges', 'V_$PWFILE_USERS', false],
  ['sizes', 'DBA_TABLESPACES', true],
  ['sizes', 'DBA_DATA_FILES', true],
  ['sizes', 'DBA_TEMP_FILES', false],
  ['sizes', 'DBA_FREE_SPACE', false],
  ['sizes', 'DBA_TEMP_FREE_SPACE', false],
  ['sizes', 'V_$PDBS', false],
];

/** Views that exist on this server and matter in this container. */
export const concerns = (view: View, what: Pick<Readable, 'version' | 'container'>): boolean =>
  (view !== 'DBA_SCHEMA_PRIVS' || what.version >= 2300) && (view !== 'V_$PDBS' || what.container === 'CDB$ROOT');

export function capabilitiesOf(what: Readable): Capability[] {
  return NEEDED.filter(([, view]) => concerns(view, what)).map(([feature, view, required]) => {
    const has = what.columns.has(view);
    const needs = `SELECT ON SYS.${view}`;
    return { feature, needs, has, required, lacks: has ? null : needs, grant: has ? null : grantOf(view, what.login) };
  });
}
