/** The monitoring account of PostgreSQL 10 and later: catalogues are open to everybody, so it needs next to nothing. */
import { granting, PLACEHOLDER, quoted, type ScriptOptions, type ScriptStatement } from '../script.ts';

const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export function monitoring({ username, password = PLACEHOLDER, databases = [] }: ScriptOptions): ScriptStatement[] {
  const role = name(username);
  return [
    { sql: `CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD ${quoted(password)};` },
    {
      sql: `GRANT pg_read_all_stats TO ${role};`,
      undo: `REVOKE pg_read_all_stats FROM ${role};`,
      why: { en: 'sizes of databases it may not enter', zh: '读取无权进入的数据库的大小' },
    },
    ...databases.map((database, at) =>
      granting(
        `CONNECT ON DATABASE ${name(database)}`,
        role,
        at > 0
          ? undefined
          : {
              en: 'privileges inside a database are read in that database: needed where CONNECT was taken from PUBLIC',
              zh: '库内权限须进入该库读取：仅当 PUBLIC 的 CONNECT 被收回时需要',
            },
      ),
    ),
  ];
}
