/** The monitoring user of Oracle 12.1 and later: single views of the dictionary, no role and no ANY privilege. */
import { PLACEHOLDER, versionOf, type ScriptOptions, type ScriptStatement } from '../script.ts';
import type { View } from './queries.ts';

const ACCOUNTS: View[] = [
  'DBA_USERS',
  'DBA_ROLES',
  'DBA_ROLE_PRIVS',
  'DBA_SYS_PRIVS',
  'DBA_TAB_PRIVS',
  'DBA_COL_PRIVS',
  'DBA_TS_QUOTAS',
  'V_$PWFILE_USERS',
];
const SIZES: View[] = ['DBA_TABLESPACES', 'DBA_DATA_FILES', 'DBA_TEMP_FILES', 'DBA_FREE_SPACE', 'DBA_TEMP_FREE_SPACE'];

export function monitoring({ username, version, password = PLACEHOLDER, root = false }: ScriptOptions): ScriptStatement[] {
  const bare = username.toUpperCase().replaceAll('"', '');
  // Only common users exist in the root container, and their names say so.
  const user = `"${root && !bare.startsWith('C##') ? `C##${bare}` : bare}"`;
  const container = root ? ' CONTAINER = ALL' : '';
  const grant = (what: string, why?: ScriptStatement['why']): ScriptStatement => ({
    sql: `GRANT ${what} TO ${user}${container};`,
    undo: `REVOKE ${what} FROM ${user}${container};`,
    ...(why ? { why } : {}),
  });
  const select = (views: View[], why: NonNullable<ScriptStatement['why']>): ScriptStatement[] =>
    views.map((view, at) => grant(`SELECT ON SYS.${view}`, at === 0 ? why : undefined));
  return [
    { sql: `CREATE USER ${user} IDENTIFIED BY "${password.replaceAll('"', '')}"${container};` },
    grant('CREATE SESSION', { en: 'to sign in', zh: '用于登录' }),
    ...select([...ACCOUNTS, ...(versionOf(version, 1900) >= 2300 ? (['DBA_SCHEMA_PRIVS'] as const) : [])], {
      en: 'users, roles and privileges',
      zh: '用户、角色与权限',
    }),
    ...select(SIZES, { en: 'sizes of tablespaces', zh: '表空间的大小' }),
    ...(root
      ? [
          ...select(['V_$PDBS'], { en: 'sizes of pluggable databases', zh: '可插拔数据库的大小' }),
          { sql: `ALTER USER ${user} SET CONTAINER_DATA = ALL CONTAINER = CURRENT;` },
        ]
      : []),
  ];
}
