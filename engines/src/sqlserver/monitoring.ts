/** The monitoring login of SQL Server 2012 and later: it sees definitions, and no row of anybody. */
import { granting, PLACEHOLDER, quoted, versionOf, type ScriptOptions, type ScriptStatement } from '../script.ts';

const name = (text: string): string => `[${text.replaceAll(']', ']]')}]`;

export function monitoring({ username, version, password = PLACEHOLDER }: ScriptOptions): ScriptStatement[] {
  const login = name(username);
  const everywhere = { en: 'users and permissions inside each database', zh: '各数据库内的用户与权限' };
  return [
    { sql: `CREATE LOGIN ${login} WITH PASSWORD = N${quoted(password)}, CHECK_POLICY = ON;` },
    granting('VIEW ANY DEFINITION', login, { en: 'logins, roles, permissions and file sizes', zh: '登录名、角色、权限与文件大小' }),
    granting('VIEW ANY DATABASE', login, {
      en: 'names of all databases; everybody has it unless it was taken from public',
      zh: '所有数据库的名称；除非已从 public 收回，人人都有',
    }),
    versionOf(version, 1600) >= 1200 ? granting('CONNECT ANY DATABASE', login, everywhere) : { sql: userInEach(username), why: everywhere },
  ];
}

/** Before 2014 a user in every database; in model, so that new ones have it. The server quotes the databases' names. */
function userInEach(username: string): string {
  const make = `IF USER_ID(N${quoted(username)}) IS NULL CREATE USER ${name(username)} FOR LOGIN ${name(username)};`;
  return [
    "DECLARE @s nvarchar(max) = N'';",
    `SELECT @s += N'USE ' + QUOTENAME(name) + N'; ' + N${quoted(make)} FROM sys.databases WHERE state = 0 AND database_id <> 2;`,
    'EXEC sys.sp_executesql @s;',
  ].join(' ');
}
