/**
 * Every statement sent to a MySQL or MariaDB server. Privileges are read from the grant tables, not from
 * information_schema: its privilege views leave roles out on MariaDB, do not escape names, and need the right to
 * read password hashes. Columns differ by flavour and version, so those present are asked for first.
 */
import { sql } from '../sql.ts';

export const VERSION = sql`SELECT VERSION() AS banner, @@version_comment AS comment, CURRENT_USER() AS login`;

/** Times in UTC; the server gives up by itself too: milliseconds on MySQL (5.7.8+), seconds on MariaDB (10.1+). */
export const LIMIT_MYSQL = sql`SET SESSION time_zone = '+00:00', max_execution_time = ?`;
export const LIMIT_MARIADB = sql`SET SESSION time_zone = '+00:00', max_statement_time = ?`;
export const UTC = sql`SET SESSION time_zone = '+00:00'`;

export const GRANT_TABLE_COLUMNS = sql`
  SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.COLUMNS
   WHERE TABLE_SCHEMA = 'mysql' AND TABLE_NAME IN ('user', 'db', 'global_priv', 'global_grants', 'roles_mapping', 'role_edges', 'default_roles', 'procs_priv', 'proxies_priv')`;

/** Only what is named: the rest of the JSON holds password hashes, of the current and of alternative plugins. */
export const MARIADB_ACCOUNTS = sql`
  SELECT User AS user, Host AS host, JSON_VALUE(Priv, '$.access') AS access, JSON_VALUE(Priv, '$.version_id') AS version_id,
         coalesce(JSON_VALUE(Priv, '$.plugin'), '') AS plugin, JSON_EXTRACT(Priv, '$.auth_or[*].plugin') AS plugins,
         coalesce(JSON_VALUE(Priv, '$.account_locked'), '0') AS locked, JSON_VALUE(Priv, '$.password_last_changed') AS changed,
         JSON_VALUE(Priv, '$.password_lifetime') AS lifetime, coalesce(JSON_VALUE(Priv, '$.is_role'), '0') AS is_role, JSON_VALUE(Priv, '$.default_role') AS default_role,
         JSON_VALUE(Priv, '$.ssl_type') AS ssl_type, JSON_VALUE(Priv, '$.max_user_connections') AS max_user_connections
    FROM mysql.global_priv`;

/** Columns of mysql.user that may be read, where present. Never authentication_string, Password or User_attributes whole. */
export const USER_COLUMNS = [
  'plugin',
  'account_locked',
  'password_expired',
  'password_last_changed',
  'password_lifetime',
  'max_user_connections',
  'ssl_type',
  'is_role',
  'default_role',
];

const PRIVILEGE_COLUMN = /^[A-Za-z]+(_[A-Za-z]+)*_priv$/;
/** Names of privilege columns are the server's own; anything of another form is not put into a statement. */
export const privilegeColumns = (columns: readonly string[]): string[] => columns.filter((column) => PRIVILEGE_COLUMN.test(column));

export function mysqlAccounts(columns: readonly string[]): string {
  const wanted = [...USER_COLUMNS.filter((column) => columns.includes(column)), ...privilegeColumns(columns)];
  // Restrictions are partial revokes; the attribute's other members may be secrets.
  const restrictions = columns.includes('User_attributes') ? `, JSON_EXTRACT(User_attributes, '$.Restrictions') AS restrictions` : '';
  return sql`SELECT User AS user, Host AS host${restrictions}${wanted.map((column) => `, ${column}`).join('')} FROM mysql.user`;
}

export const databaseGrants = (columns: readonly string[]): string =>
  sql`SELECT Host, Db, User, ${privilegeColumns(columns).join(', ')} FROM mysql.db`;
export const TABLE_GRANTS = sql`SELECT Host, Db, User, Table_name, Grantor, Table_priv FROM mysql.tables_priv WHERE Table_priv <> ''`;
export const COLUMN_GRANTS = sql`SELECT Host, Db, User, Table_name, Column_name, Column_priv FROM mysql.columns_priv`;
export const ROUTINE_GRANTS = sql`SELECT Host, Db, User, Routine_name, Routine_type, Grantor, Proc_priv FROM mysql.procs_priv`;
export const PROXY_GRANTS = sql`SELECT Host, User, Proxied_host, Proxied_user, With_grant, Grantor FROM mysql.proxies_priv`;
export const DYNAMIC_GRANTS = sql`SELECT HOST, USER, PRIV, WITH_GRANT_OPTION FROM mysql.global_grants`;
export const MARIADB_ROLES = sql`SELECT Host, User, Role, Admin_option FROM mysql.roles_mapping`;
export const MYSQL_ROLES = sql`SELECT FROM_HOST, FROM_USER, TO_HOST, TO_USER, WITH_ADMIN_OPTION FROM mysql.role_edges`;
export const DEFAULT_ROLES = sql`SELECT HOST, USER, DEFAULT_ROLE_HOST, DEFAULT_ROLE_USER FROM mysql.default_roles`;
export const ROLE_SETTINGS = sql`SELECT @@mandatory_roles AS mandatory, @@activate_all_roles_on_login AS activate_all`;

/** What we ourselves may do; on MariaDB active roles included. The only place that shows it; what it says of passwords is skipped. */
export const OWN_GRANTS = sql`SHOW GRANTS`;
/** MySQL 8 counts roles in only where they are named, and names them as its own statement wants them. */
export const ACTIVE_ROLES = sql`SELECT CURRENT_ROLE() AS roles`;
const ROLE_LIST = /^`(?:[^`]|``)*`@`(?:[^`]|``)*`(?:,`(?:[^`]|``)*`@`(?:[^`]|``)*`)*$/;
export const ownGrantsWith = (roles: string): string =>
  ROLE_LIST.test(roles) ? sql`SHOW GRANTS FOR CURRENT_USER() USING ${roles}` : OWN_GRANTS;
export const GRANTS_OF = sql`SHOW GRANTS FOR ?@?`;
export const GRANTS_OF_ROLE = sql`SHOW GRANTS FOR ?`;

export const SCHEMAS = sql`SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA`;
/** Schema names in tablespace names are spelled as file names (`a@002db`); the server translates them back. */
export const tablespaces = (view: 'INNODB_TABLESPACES' | 'INNODB_SYS_TABLESPACES'): string => sql`
  SELECT CONVERT(CONVERT(CAST(SUBSTRING_INDEX(NAME, '/', 1) AS BINARY) USING filename) USING utf8mb4) AS name, SUM(FILE_SIZE) AS bytes
    FROM information_schema.${view} WHERE NAME LIKE '%/%' GROUP BY 1`;
export const TABLE_SIZES = sql`
  SELECT TABLE_SCHEMA AS name, SUM(DATA_LENGTH + INDEX_LENGTH + DATA_FREE) AS bytes
    FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' GROUP BY TABLE_SCHEMA`;
/** Other storage engines keep no InnoDB tablespace. */
export const OTHER_TABLE_SIZES = sql`
  SELECT TABLE_SCHEMA AS name, SUM(DATA_LENGTH + INDEX_LENGTH + DATA_FREE) AS bytes
    FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' GROUP BY TABLE_SCHEMA`;
export const FRESH_STATISTICS = sql`SET SESSION information_schema_stats_expiry = 0`;
