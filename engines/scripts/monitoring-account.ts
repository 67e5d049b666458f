/**
 * The script that makes a monitoring account with no more rights than the collectors need, per engine, flavour and
 * version. The live tests make their account with exactly this text. Sources: the vendors' pages on each privilege.
 */
import type { DbType } from '../src/engine.ts';

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
}

const PLACEHOLDER = '<password>';

/** SQL text, one statement per line, comments with `--`. Names and the placeholder are quoted for the engine. */
export function monitoringScript(dbType: DbType, options: ScriptOptions): string {
  return SCRIPTS[dbType](options).join('\n');
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const versionNumber = (version: string | null | undefined, newest: number): number => {
  const [major, minor = '0'] = (version ?? '').split('.');
  return major ? Number(major) * 100 + Number(minor) : newest;
};

/** Columns of MySQL's mysql.user that are read: not those with password hashes. */
const MYSQL_USER_57 =
  'Host, User, plugin, account_locked, password_expired, password_last_changed, password_lifetime, max_user_connections, ssl_type';
const MYSQL_USER_PRIVILEGES =
  'Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv, Reload_priv, Shutdown_priv, Process_priv, File_priv, Grant_priv, References_priv, Index_priv, Alter_priv, Show_db_priv, Super_priv, ' +
  'Create_tmp_table_priv, Lock_tables_priv, Execute_priv, Repl_slave_priv, Repl_client_priv, Create_view_priv, Show_view_priv, Create_routine_priv, Alter_routine_priv, Create_user_priv, Event_priv, Trigger_priv, Create_tablespace_priv';

const SCRIPTS: Record<DbType, (options: ScriptOptions) => string[]> = {
  postgresql({ username, password = PLACEHOLDER, databases = [] }) {
    const role = `"${username.replaceAll('"', '""')}"`;
    return [
      `CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD ${text(password)};`,
      '-- sizes of databases it may not enter',
      `GRANT pg_read_all_stats TO ${role};`,
      '-- privileges inside a database are read in that database: needed where CONNECT was taken from PUBLIC',
      ...databases.map((database) => `GRANT CONNECT ON DATABASE "${database.replaceAll('"', '""')}" TO ${role};`),
    ];
  },

  mysql({ username, flavour = 'mysql', version, host = '%', password = PLACEHOLDER }) {
    const account = `'${username.replaceAll('\\', '\\\\').replaceAll("'", "''")}'@${text(host)}`;
    const number = versionNumber(version, flavour === 'mariadb' ? 1011 : 800);
    const tables = ['db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv'];
    const lines = [
      `CREATE USER ${account} IDENTIFIED BY ${text(password)};`,
      '-- names of all databases, sizes of their files',
      `GRANT SHOW DATABASES, PROCESS ON *.* TO ${account};`,
      '-- accounts, roles and grants',
    ];
    if (flavour === 'mariadb') {
      if (number >= 1004)
        lines.push(
          '-- this table holds password hashes beside what is read; MariaDB cannot open a part of it',
          `GRANT SELECT ON mysql.global_priv TO ${account};`,
        );
      else
        lines.push(
          `GRANT SELECT (Host, User, plugin, password_expired, is_role, default_role, max_user_connections, ssl_type, ${MYSQL_USER_PRIVILEGES}) ON mysql.user TO ${account};`,
        );
      return [...lines, ...[...tables, 'roles_mapping'].map((table) => `GRANT SELECT ON mysql.${table} TO ${account};`)];
    }
    const rolePrivileges = number >= 800 ? ', Create_role_priv, Drop_role_priv' : '';
    const attributes = number >= 507 ? MYSQL_USER_57 : 'Host, User, plugin, password_expired, max_user_connections, ssl_type';
    // Partial revokes stand in a column that can also hold a second password hash: it is opened, and only they are read.
    lines.push(
      `GRANT SELECT (${attributes}, ${MYSQL_USER_PRIVILEGES}${rolePrivileges}${number >= 800 ? ', User_attributes' : ''}) ON mysql.user TO ${account};`,
    );
    return [
      ...lines,
      ...[...tables, ...(number >= 800 ? ['global_grants', 'role_edges', 'default_roles'] : [])].map(
        (table) => `GRANT SELECT ON mysql.${table} TO ${account};`,
      ),
    ];
  },

  sqlserver({ username, version, password = PLACEHOLDER }) {
    const login = `[${username.replaceAll(']', ']]')}]`;
    const number = versionNumber(version, 1600);
    return [
      `CREATE LOGIN ${login} WITH PASSWORD = N${text(password)}, CHECK_POLICY = ON;`,
      '-- logins, roles and permissions',
      `GRANT ${number >= 1600 ? 'VIEW ANY SECURITY DEFINITION' : 'VIEW ANY DEFINITION'} TO ${login};`,
      ...(number >= 1600 ? [`GRANT VIEW ANY DEFINITION TO ${login};`] : []),
      '-- users and permissions inside each database, without a user in each',
      ...(number >= 1200
        ? [`GRANT CONNECT ANY DATABASE TO ${login};`]
        : [`-- before SQL Server 2014: CREATE USER ${login} in every database`]),
      '-- sizes',
      `GRANT VIEW ANY DATABASE TO ${login};`,
    ];
  },

  oracle({ username, password = PLACEHOLDER }) {
    const user = `"${username.toUpperCase().replaceAll('"', '')}"`;
    const views = [
      'DBA_USERS',
      'DBA_ROLES',
      'DBA_ROLE_PRIVS',
      'DBA_SYS_PRIVS',
      'DBA_TAB_PRIVS',
      'DBA_COL_PRIVS',
      'DBA_TS_QUOTAS',
      'V_$PWFILE_USERS',
      'V_$INSTANCE',
    ];
    const capacity = ['DBA_DATA_FILES', 'DBA_TEMP_FILES', 'DBA_FREE_SPACE', 'DBA_TABLESPACES'];
    const grant = (view: string): string => `GRANT SELECT ON SYS.${view} TO ${user};`;
    return [
      `CREATE USER ${user} IDENTIFIED BY "${password.replaceAll('"', '')}";`,
      `GRANT CREATE SESSION TO ${user};`,
      '-- users, roles and privileges',
      ...views.map(grant),
      '-- sizes',
      ...capacity.map(grant),
    ];
  },
};
