/**
 * Every statement sent to a PostgreSQL server, by lowest `server_version_num`. Versions 10 to 18.
 * Access lists are taken apart by the server (`aclexplode`); who holds what by default is left to `parse.ts`.
 */
import { sql, type ByVersion } from '../sql.ts';

export const BEGIN = sql`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`;
export const COMMIT = sql`COMMIT`;

/** Type names come out the same whatever the login's search path is: qualified outside pg_catalog. */
export const SETTINGS = sql`SELECT set_config('search_path', 'pg_catalog', true), set_config('statement_timeout', $1, true)`;

export const VERSION = sql`SELECT version() AS banner, current_setting('server_version') AS detailed, current_setting('server_version_num')::int AS number`;

export const ROLES = sql`
  SELECT r.oid, r.rolname AS name, r.rolsuper AS super, r.rolinherit AS inherit, r.rolcreaterole AS create_role, r.rolcreatedb AS create_db,
         r.rolcanlogin AS login, r.rolreplication AS replicate, r.rolbypassrls AS bypass_rls, r.rolconnlimit AS connection_limit,
         CASE WHEN isfinite(r.rolvaliduntil) THEN to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"') END AS valid_until,
         coalesce(r.rolvaliduntil <= now(), false) AS expired
    FROM pg_catalog.pg_roles r`;

export const MEMBERSHIPS: ByVersion = {
  100000: sql`
    SELECT m.roleid AS role, m.member, m.grantor, m.admin_option AS admin, r.rolinherit AS inherit, true AS set
      FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member`,
  160000: sql`
    SELECT m.roleid AS role, m.member, m.grantor, m.admin_option AS admin, m.inherit_option AS inherit, m.set_option AS set
      FROM pg_catalog.pg_auth_members m`,
};

export const DATABASES = sql`
  SELECT d.datname AS name, d.datallowconn AND d.datconnlimit <> -2 AS open, d.datistemplate AS template,
         has_database_privilege(d.oid, 'CONNECT') AS may_connect
    FROM pg_catalog.pg_database d ORDER BY d.datname`;

/**
 * One row for each object. Its access list is one text, a line for each entry (mark, grantor, grantee, grantable, privilege): a
 * table of a large server is granted to hundreds, and its names would be sent with every one of them. `aclexplode` refuses
 * an empty list, which is not the same as none, and unpacks a stored list anew for each of its entries: joined with nothing it
 * is unpacked once (a list of 250 entries took six times as long).
 */
const EXPLODED = `
  SELECT o.scope, o.kind, o.database, o.schema, o.object, o.col, o.owner, o.acl IS NULL AS plain, o.init IS NOT NULL AS compared, x.entries
    FROM o LEFT JOIN LATERAL (
      SELECT string_agg(concat_ws(' ', e.mark, e.grantor, e.grantee, e.grantable::int, e.privilege), E'\\n') AS entries FROM (
        SELECT 'c' AS mark, a.grantor, a.grantee, a.privilege_type AS privilege, a.is_grantable AS grantable FROM aclexplode(CASE WHEN cardinality(o.acl) > 0 THEN o.acl || '{}' END) a
        UNION ALL
        SELECT 'i', i.grantor, i.grantee, i.privilege_type, i.is_grantable FROM aclexplode(CASE WHEN cardinality(o.init) > 0 THEN o.init || '{}' END) i
      ) e
    ) x ON true`;

const CLUSTER_OBJECTS = `
  SELECT 'database' AS scope, NULL::text AS kind, d.datname::text AS database, NULL::text AS schema, NULL::text AS object, NULL::text AS col,
         d.datdba AS owner, d.datacl AS acl, NULL::aclitem[] AS init FROM pg_catalog.pg_database d
  UNION ALL
  SELECT 'tablespace', NULL, NULL, NULL, t.spcname::text, NULL, t.spcowner, t.spcacl, NULL FROM pg_catalog.pg_tablespace t`;

export const CLUSTER: ByVersion = {
  100000: sql`WITH o AS (${CLUSTER_OBJECTS}) ${EXPLODED}`,
  150000: sql`
    WITH o AS (${CLUSTER_OBJECTS}
      UNION ALL
      SELECT 'other', 'PARAMETER', NULL, NULL, p.parname::text, NULL, 10::oid, p.paracl, NULL FROM pg_catalog.pg_parameter_acl p
    ) ${EXPLODED}`,
};

/**
 * What the server installed itself (pg_catalog, information_schema) is left out as long as
 * its access list is as `initdb` made it, else compared with that (`init`): thousands of identical lines otherwise.
 * Temporary and TOAST schemas are nobody's to grant.
 */
const SYSTEM_SCHEMAS = `('pg_catalog', 'information_schema')`;
const NAMESPACES = `
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl, n.nspname IN ${SYSTEM_SCHEMAS} AS system
    FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_(toast|temp_|toast_temp_)'`;
const initOf = (catalogue: string, oid: string, sub = '0'): string =>
  `LEFT JOIN pg_catalog.pg_init_privs p ON n.system AND p.objoid = ${oid} AND p.classoid = 'pg_catalog.${catalogue}'::regclass AND p.objsubid = ${sub}`;
/** Initial list of a system object without a recorded one: what the type of object has by default. */
const initial = (type: string, owner: string): string => `CASE WHEN n.system THEN coalesce(p.initprivs, acldefault(${type}, ${owner})) END`;
const changed = (acl: string): string => `(NOT n.system OR ${acl} IS DISTINCT FROM p.initprivs)`;
/** initdb records nothing for information_schema, whose script opens its views to everybody. */
const opened = (type: string, owner: string, privilege: string): string =>
  `acldefault(${type}, ${owner}) || makeaclitem(0::oid, ${owner}, '${privilege}', false)`;
const initialOpen = (type: string, owner: string, privilege: string): string =>
  `CASE WHEN n.nspname = 'information_schema' THEN ${opened(type, owner, privilege)} WHEN n.system THEN coalesce(p.initprivs, acldefault(${type}, ${owner})) END`;
const changedOpen = (type: string, owner: string, privilege: string, acl: string): string =>
  `(NOT n.system OR ${acl} IS DISTINCT FROM p.initprivs AND (n.nspname <> 'information_schema' OR ${acl} IS DISTINCT FROM ${opened(type, owner, privilege)}))`;

const RELATION = `CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END`;

export const OBJECTS: ByVersion = {
  100000: sql`
    WITH n AS (${NAMESPACES}), o AS (
      SELECT 'schema' AS scope, NULL::text AS kind, current_database()::text AS database, n.nspname::text AS schema, NULL::text AS object, NULL::text AS col,
             n.nspowner AS owner, n.nspacl AS acl, ${initialOpen(`'n'`, 'n.nspowner', 'USAGE')} AS init
        FROM n ${initOf('pg_namespace', 'n.oid')} WHERE ${changedOpen(`'n'`, 'n.nspowner', 'USAGE', 'n.nspacl')}
      UNION ALL
      SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, NULL, current_database(), n.nspname, c.relname, NULL,
             c.relowner, c.relacl, ${initialOpen(RELATION, 'c.relowner', 'SELECT')}
        FROM pg_catalog.pg_class c JOIN n ON n.oid = c.relnamespace ${initOf('pg_class', 'c.oid')}
       WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND ${changedOpen(RELATION, 'c.relowner', 'SELECT', 'c.relacl')}
      UNION ALL
      SELECT 'column', NULL, current_database(), n.nspname, c.relname, a.attname, c.relowner, a.attacl,
             CASE WHEN n.system THEN coalesce(p.initprivs, '{}'::aclitem[]) END
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN n ON n.oid = c.relnamespace ${initOf('pg_class', 'c.oid', 'a.attnum')}
       WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND ${changed('a.attacl')}
      UNION ALL
      SELECT 'routine', NULL, current_database(), n.nspname, f.proname || '(' || oidvectortypes(f.proargtypes) || ')', NULL,
             f.proowner, f.proacl, ${initial(`'f'`, 'f.proowner')}
        FROM pg_catalog.pg_proc f JOIN n ON n.oid = f.pronamespace ${initOf('pg_proc', 'f.oid')} WHERE ${changed('f.proacl')}
      UNION ALL
      SELECT 'type', NULL, current_database(), n.nspname, t.typname, NULL, t.typowner, t.typacl, ${initial(`'T'`, 't.typowner')}
        FROM pg_catalog.pg_type t JOIN n ON n.oid = t.typnamespace LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid ${initOf('pg_type', 't.oid')}
       WHERE (t.typtype IN ('b', 'd', 'e', 'r') OR c.relkind = 'c') AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
         AND ${changed('t.typacl')}
      UNION ALL
      SELECT 'other', 'LANGUAGE', current_database(), NULL, l.lanname, NULL, l.lanowner, l.lanacl, NULL
        FROM pg_catalog.pg_language l WHERE l.lanpltrusted OR l.lanacl IS NOT NULL
      UNION ALL
      SELECT 'other', 'LARGE OBJECT', current_database(), NULL, g.oid::text, NULL, g.lomowner, g.lomacl, NULL FROM pg_catalog.pg_largeobject_metadata g
      UNION ALL
      SELECT 'other', 'FOREIGN DATA WRAPPER', current_database(), NULL, w.fdwname, NULL, w.fdwowner, w.fdwacl, NULL FROM pg_catalog.pg_foreign_data_wrapper w
      UNION ALL
      SELECT 'other', 'FOREIGN SERVER', current_database(), NULL, s.srvname, NULL, s.srvowner, s.srvacl, NULL FROM pg_catalog.pg_foreign_server s
      UNION ALL
      SELECT 'other', 'EXTENSION', current_database(), NULL, e.extname, NULL, e.extowner, NULL, NULL FROM pg_catalog.pg_extension e
      UNION ALL
      SELECT 'other', 'PUBLICATION', current_database(), NULL, b.pubname, NULL, b.pubowner, NULL, NULL FROM pg_catalog.pg_publication b
      UNION ALL
      SELECT 'other', 'EVENT TRIGGER', current_database(), NULL, v.evtname, NULL, v.evtowner, NULL, NULL FROM pg_catalog.pg_event_trigger v
      UNION ALL
      SELECT 'other', 'SUBSCRIPTION', current_database(), NULL, u.subname, NULL, u.subowner, NULL, NULL
        FROM pg_catalog.pg_subscription u JOIN pg_catalog.pg_database d ON d.oid = u.subdbid WHERE d.datname = current_database()
      UNION ALL
      SELECT 'default', NULL, current_database(), n.nspname,
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' ELSE f.defaclobjtype::text END,
             NULL, f.defaclrole, f.defaclacl,
             CASE WHEN f.defaclnamespace = 0 THEN acldefault(CASE f.defaclobjtype WHEN 'S' THEN 's'::"char" ELSE f.defaclobjtype END, f.defaclrole) ELSE '{}'::aclitem[] END
        FROM pg_catalog.pg_default_acl f LEFT JOIN n ON n.oid = f.defaclnamespace
    ) ${EXPLODED}`,
};

/** `pg_database_size` refuses databases one may not enter, unless one reads all statistics. */
export const SIZES = sql`
  SELECT d.datname AS name, d.datistemplate OR d.datname = 'postgres' AS system,
         CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE') THEN pg_database_size(d.oid) END AS bytes
    FROM pg_catalog.pg_database d WHERE d.datallowconn AND d.datconnlimit <> -2 ORDER BY d.datname`;

export const RIGHTS = sql`
  SELECT current_user::text AS login, pg_has_role('pg_read_all_stats', 'USAGE') AS reads_statistics,
         has_table_privilege('pg_catalog.pg_roles', 'SELECT') AS reads_roles, has_table_privilege('pg_catalog.pg_auth_members', 'SELECT') AS reads_members`;
