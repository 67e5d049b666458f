/**
 * Every statement sent to an Oracle server, 12.1 and later. Which of the columns that came later are there, and
 * which views may be read at all, is asked for first. Every column is written with its view's alias:
 * `dictionary.test.ts` looks each of them up in `dictionary.ts`.
 */
import { sql } from '../sql.ts';

/** One moment for all statements of a read; ends with COMMIT. */
export const BEGIN = sql`SET TRANSACTION READ ONLY`;
export const COMMIT = sql`COMMIT`;

export const BANNER = sql`SELECT v.banner AS banner FROM v$version v WHERE v.banner LIKE 'Oracle%'`;
export const CONTAINER = sql`SELECT SYS_CONTEXT('USERENV', 'CON_NAME') AS container, SYS_CONTEXT('USERENV', 'SESSION_USER') AS login FROM dual`;

/** V$ views are views of the name V_$ with a public synonym; that is the name that is granted. */
export const VIEWS = [
  'DBA_USERS',
  'DBA_ROLES',
  'DBA_ROLE_PRIVS',
  'DBA_SYS_PRIVS',
  'DBA_TAB_PRIVS',
  'DBA_COL_PRIVS',
  'DBA_TS_QUOTAS',
  'DBA_SCHEMA_PRIVS',
  'V_$PWFILE_USERS',
  'DBA_TABLESPACES',
  'DBA_DATA_FILES',
  'DBA_TEMP_FILES',
  'DBA_FREE_SPACE',
  'DBA_TEMP_FREE_SPACE',
  'V_$PDBS',
] as const;
export type View = (typeof VIEWS)[number];

export const READABLE_COLUMNS = sql`
  SELECT c.table_name AS view_name, c.column_name AS column_name FROM all_tab_columns c
   WHERE c.owner = 'SYS' AND c.table_name IN (${VIEWS.map((view) => `'${view}'`).join(', ')})`;

/** Rights through SELECT ANY DICTIONARY do not show in the list of columns: a view that is not in it is tried. */
export const probe = (view: View): string => sql`SELECT NULL AS nothing FROM sys.${view.toLowerCase()} WHERE 1 = 0`;

/** Dates are local times of the server, whose present offset is taken; the last sign-in has an offset of its own. */
const utc = (column: string): string =>
  `TO_CHAR(SYS_EXTRACT_UTC(FROM_TZ(CAST(${column} AS TIMESTAMP), TO_CHAR(SYSTIMESTAMP, 'TZR'))), 'YYYY-MM-DD"T"HH24:MI:SS".000+00:00"')`;

/** `changed`: DBA_USERS.PASSWORD_CHANGE_DATE is there (18c). */
export const users = (changed: boolean): string => sql`
  SELECT u.username AS name, u.user_id AS id, u.account_status AS status, ${utc('u.lock_date')} AS locked_at, ${utc('u.expiry_date')} AS expires_at,
         u.default_tablespace AS tablespace, u.temporary_tablespace AS temporary, u.profile AS profile, ${utc('u.created')} AS created,
         u.authentication_type AS authentication, u.common AS common, u.oracle_maintained AS maintained,
         TO_CHAR(SYS_EXTRACT_UTC(u.last_login), 'YYYY-MM-DD"T"HH24:MI:SS".000+00:00"') AS last_login,
         ${changed ? utc('u.password_change_date') : 'NULL'} AS changed
    FROM sys.dba_users u`;

export const ROLES = sql`
  SELECT r.role AS name, r.common AS common, r.oracle_maintained AS maintained, r.authentication_type AS authentication FROM sys.dba_roles r`;
export const ROLE_PRIVILEGES = sql`
  SELECT p.grantee AS grantee, p.granted_role AS role, p.admin_option AS admin, p.default_role AS default_role FROM sys.dba_role_privs p`;
export const SYSTEM_PRIVILEGES = sql`SELECT p.grantee AS grantee, p.privilege AS privilege, p.admin_option AS admin FROM sys.dba_sys_privs p`;
/** 23ai: a system privilege on all objects of one schema. */
export const SCHEMA_PRIVILEGES = sql`
  SELECT p.grantee AS grantee, p.privilege AS privilege, p.schema AS schema_name, p.admin_option AS admin FROM sys.dba_schema_privs p`;

/** What Oracle opens to everybody on its own objects (some ten thousand lines, the same everywhere) is left out. */
const NOT_SHIPPED = `NOT (p.grantee = 'PUBLIC' AND p.owner IN (SELECT u.username FROM sys.dba_users u WHERE u.oracle_maintained = 'Y'))`;
export const OBJECT_PRIVILEGES = sql`
  SELECT p.grantee AS grantee, p.owner AS owner, p.table_name AS object, p.type AS type, p.privilege AS privilege, p.grantable AS grantable, p.grantor AS grantor
    FROM sys.dba_tab_privs p WHERE ${NOT_SHIPPED}`;
export const COLUMN_PRIVILEGES = sql`
  SELECT p.grantee AS grantee, p.owner AS owner, p.table_name AS object, p.column_name AS column_name, p.privilege AS privilege, p.grantable AS grantable,
         p.grantor AS grantor
    FROM sys.dba_col_privs p WHERE ${NOT_SHIPPED}`;

export const QUOTAS = sql`SELECT q.username AS name, q.tablespace_name AS tablespace, q.bytes AS bytes, q.max_bytes AS max_bytes FROM sys.dba_ts_quotas q`;
/** Who signs in with the password file, and as what. */
export const PASSWORD_FILE = sql`
  SELECT f.username AS name, f.sysdba AS sysdba, f.sysoper AS sysoper, f.sysasm AS sysasm, f.sysbackup AS sysbackup, f.sysdg AS sysdg, f.syskm AS syskm
    FROM sys.v_$pwfile_users f`;

export const TABLESPACES = sql`SELECT t.tablespace_name AS name, t.contents AS contents FROM sys.dba_tablespaces t`;
export const DATA_FILES = sql`SELECT f.tablespace_name AS name, SUM(f.bytes) AS bytes FROM sys.dba_data_files f GROUP BY f.tablespace_name`;
export const TEMP_FILES = sql`SELECT f.tablespace_name AS name, SUM(f.bytes) AS bytes FROM sys.dba_temp_files f GROUP BY f.tablespace_name`;
export const FREE_SPACE = sql`SELECT f.tablespace_name AS name, SUM(f.bytes) AS bytes FROM sys.dba_free_space f GROUP BY f.tablespace_name`;
export const TEMP_FREE_SPACE = sql`SELECT f.tablespace_name AS name, f.free_space AS bytes FROM sys.dba_temp_free_space f`;
/** Only an open one knows its size; data and temporary files together. */
export const PDBS = sql`SELECT p.name AS name, p.open_mode AS open_mode, p.total_size AS bytes FROM sys.v_$pdbs p`;
