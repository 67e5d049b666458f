/** The monitoring account of MySQL 5.6 and later and of MariaDB 10.1 and later: the grant tables, and no data of anybody. */
import { granting, PLACEHOLDER, versionOf, type ScriptOptions, type ScriptStatement } from '../script.ts';

/** Columns of mysql.user that are read: not those with password hashes. */
const USER_57 =
  'Host, User, plugin, account_locked, password_expired, password_last_changed, password_lifetime, max_user_connections, ssl_type';
const USER_56 = 'Host, User, plugin, password_expired, max_user_connections, ssl_type';
const USER_MARIADB = 'Host, User, plugin, password_expired, is_role, default_role, max_user_connections, ssl_type';
const PRIVILEGES =
  'Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv, Reload_priv, Shutdown_priv, Process_priv, File_priv, Grant_priv, References_priv, Index_priv, Alter_priv, Show_db_priv, Super_priv, ' +
  'Create_tmp_table_priv, Lock_tables_priv, Execute_priv, Repl_slave_priv, Repl_client_priv, Create_view_priv, Show_view_priv, Create_routine_priv, Alter_routine_priv, Create_user_priv, Event_priv, Trigger_priv, Create_tablespace_priv';
const TABLES = ['db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv'];

/** Backslashes too: they escape in these strings. */
const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

export function monitoring({ username, flavour = 'mysql', version, host = '%', password = PLACEHOLDER }: ScriptOptions): ScriptStatement[] {
  const account = `${text(username)}@${text(host)}`;
  const number = versionOf(version, flavour === 'mariadb' ? 1011 : 800);
  const isNew = flavour === 'mysql' && number >= 800;
  // MySQL 5.6 does not tell the sizes of files, so the right to see them is of no use there.
  const filesTold = flavour === 'mariadb' || number >= 507;
  const grant = (what: string, why?: ScriptStatement['why']): ScriptStatement => granting(what, account, why);
  const accounts = { en: 'accounts, roles and grants', zh: '账户、角色与授权' };
  const accountTable =
    flavour === 'mariadb'
      ? number >= 1004
        ? grant('SELECT ON mysql.global_priv', {
            en: 'accounts; this table holds password hashes beside what is read, and MariaDB cannot open a part of it',
            zh: '账户；该表除所读内容外还存有密码散列，MariaDB 无法只开放其中一部分',
          })
        : grant(`SELECT (${USER_MARIADB}, ${PRIVILEGES}) ON mysql.user`, accounts)
      : // Partial revokes stand in a column that can also hold a second password hash: it is opened, and only they are read.
        grant(
          `SELECT (${number >= 507 ? USER_57 : USER_56}, ${PRIVILEGES}${isNew ? ', Create_role_priv, Drop_role_priv, User_attributes' : ''}) ON mysql.user`,
          accounts,
        );
  const more = flavour === 'mariadb' ? ['roles_mapping'] : isNew ? ['global_grants', 'role_edges', 'default_roles'] : [];
  return [
    { sql: `CREATE USER ${account} IDENTIFIED BY ${text(password)};` },
    grant('SHOW VIEW ON *.*', {
      en: `names of all databases and sizes of ${filesTold ? 'tables that are not InnoDB' : 'their tables'}: it shows tables and definitions of views, no row`,
      zh: `所有数据库的名称与${filesTold ? '非 InnoDB ' : ''}表的大小：可见表与视图定义，看不到任何数据行`,
    }),
    ...(filesTold ? [grant('PROCESS ON *.*', { en: 'sizes of InnoDB files', zh: 'InnoDB 文件的大小' })] : []),
    accountTable,
    ...[...TABLES, ...more].map((table) => grant(`SELECT ON mysql.${table}`)),
  ];
}
