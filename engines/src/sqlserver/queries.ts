/**
 * Every statement sent to a SQL Server, by lowest version (1100 = 2012 … 1700 = 2025). Names of databases are put
 * into statements by the server itself (`QUOTENAME`); ours only carry numbers, as parameters. Every column is
 * written with its view's alias: `dictionary.test.ts` looks each of them up in `dictionary.ts`.
 */
import { sql, type ByVersion } from '../sql.ts';

export const VERSION = sql`
  SELECT @@VERSION AS banner, CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS detailed,
         CAST(SERVERPROPERTY('EngineEdition') AS int) AS edition`;

/** A catalogue that hides what one may not see answers without an error: what our login may see is asked first. */
export const RIGHTS = sql`
  SELECT SUSER_SNAME() AS login, QUOTENAME(SUSER_SNAME()) AS quoted, HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') AS definitions,
         HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DATABASE') AS names, HAS_PERMS_BY_NAME(NULL, NULL, 'CONNECT ANY DATABASE') AS everywhere`;

/** A blocked catalogue costs one database its reading, not the read its time; we are the one to give way. */
export const SETTINGS = sql`SET NOCOUNT ON; SET LOCK_TIMEOUT 15000; SET DEADLOCK_PRIORITY LOW; SET TRANSACTION ISOLATION LEVEL READ COMMITTED`;

/** The server keeps local times. Before 2022 it cannot name its time zone, so its present offset is taken. */
const utc = (expression: string, named: boolean): string =>
  named
    ? `CONVERT(varchar(23), CAST(${expression} AS datetime2(3)) AT TIME ZONE CURRENT_TIMEZONE_ID() AT TIME ZONE 'UTC', 126)`
    : `CONVERT(varchar(23), DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), CAST(${expression} AS datetime)), 126)`;
const property = (name: string): string => `LOGINPROPERTY(p.name, '${name}')`;

const logins = (named: boolean): string => sql`
  SELECT p.principal_id AS id, p.name, p.type, p.type_desc, CAST(p.is_disabled AS int) AS disabled, CONVERT(varchar(172), p.sid, 2) AS sid,
         ${utc('p.create_date', named)} AS created, ${utc('p.modify_date', named)} AS modified, p.default_database_name AS database_name,
         CAST(p.is_fixed_role AS int) AS fixed, p.owning_principal_id AS owner,
         CAST(l.is_policy_checked AS int) AS policy, CAST(l.is_expiration_checked AS int) AS expiration,
         CASE WHEN p.type = 'S' THEN ${utc(property('PasswordLastSetTime'), named)} END AS changed,
         CASE WHEN p.type = 'S' THEN CAST(${property('IsLocked')} AS int) END AS locked,
         CASE WHEN p.type = 'S' THEN CAST(${property('IsExpired')} AS int) END AS expired,
         CASE WHEN p.type = 'S' THEN CAST(${property('IsMustChange')} AS int) END AS must_change
    FROM sys.server_principals p LEFT JOIN sys.sql_logins l ON l.principal_id = p.principal_id`;
export const LOGINS: ByVersion = { 1100: logins(false), 1600: logins(true) };

export const SERVER_MEMBERS = sql`SELECT m.role_principal_id AS role, m.member_principal_id AS member FROM sys.server_role_members m`;

/** Class 100 the server itself, 101 a login or server role, 105 an endpoint, 108 an availability group. */
export const SERVER_PERMISSIONS = sql`
  SELECT g.class, g.class_desc, g.major_id, g.grantee_principal_id AS grantee, g.grantor_principal_id AS grantor, g.permission_name AS permission,
         RTRIM(g.state) AS state, e.name AS endpoint
    FROM sys.server_permissions g LEFT JOIN sys.endpoints e ON g.class = 105 AND e.endpoint_id = g.major_id`;

export const DATABASES = sql`
  SELECT d.database_id AS id, d.name, QUOTENAME(d.name) AS quoted, CONVERT(varchar(172), d.owner_sid, 2) AS owner, d.state_desc AS state,
         CASE WHEN d.state = 0 THEN HAS_DBACCESS(d.name) ELSE 0 END AS enterable
    FROM sys.databases d ORDER BY d.database_id`;

/**
 * Runs `inner` in each database from `@from` on, until `@many` are done or `@budget` milliseconds are over, and says
 * which was the last: no statement grows with the number of databases. A database that fails (went offline, is
 * blocked, cannot be entered) becomes a row `E`. The name of the procedure to call is made by the server.
 */
const inEachDatabase = (inner: string, which: string): string =>
  sql`
  DECLARE @id int = @from - 1, @done int = 0, @name sysname, @call nvarchar(400), @started datetime2 = SYSUTCDATETIME();
  WHILE @done < @many AND DATEDIFF(millisecond, @started, SYSUTCDATETIME()) < @budget
  BEGIN
    SET @name = NULL;
    SELECT TOP (1) @id = d.database_id, @name = d.name FROM sys.databases d
     WHERE d.database_id > @id AND d.state = 0 AND HAS_DBACCESS(d.name) = 1${which} ORDER BY d.database_id;
    IF @name IS NULL BREAK;
    SET @call = QUOTENAME(@name) + N'.sys.sp_executesql';
    BEGIN TRY EXEC @call @inner, N'@db int', @db = @id; END TRY
    BEGIN CATCH SELECT 'E' AS kind, @id AS db, ERROR_NUMBER() AS number, ERROR_MESSAGE() AS text; END CATCH;
    SET @done = @done + 1;
  END;
  SELECT 'Z' AS kind, @id AS db, CASE WHEN @name IS NULL THEN 1 ELSE 0 END AS finished`.replace(
    '@inner',
    () => `N'${inner.replaceAll("'", "''")}'`,
  );

/**
 * Users, memberships, owners and permissions of one database. What SQL Server grants everybody on its own views
 * (negative object ids) is left out: the same some hundred lines in every database.
 */
const DATABASE_PRINCIPALS = `
  SELECT 'P' AS kind, @db AS db, p.principal_id, p.name, RTRIM(p.type) AS type, CONVERT(varchar(172), p.sid, 2) AS sid, p.authentication_type,
         p.owning_principal_id, CAST(p.is_fixed_role AS int) AS fixed
    FROM sys.database_principals p;
  SELECT 'M' AS kind, @db AS db, m.role_principal_id, m.member_principal_id FROM sys.database_role_members m;
  SELECT 'S' AS kind, @db AS db, s.name, s.principal_id FROM sys.schemas s WHERE s.schema_id < 16384 AND s.principal_id NOT IN (1, 3, 4);
  SELECT 'O' AS kind, @db AS db, s.name AS schema_name, o.name, RTRIM(o.type) AS type, o.principal_id
    FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE o.principal_id IS NOT NULL;
  SELECT 'G' AS kind, @db AS db, g.class, g.class_desc, g.major_id, g.minor_id, g.grantee_principal_id, g.grantor_principal_id, g.permission_name,
         RTRIM(g.state) AS state, COALESCE(s.name, ts.name, xs.name) AS schema_name,
         COALESCE(o.name, t.name, x.name, a.name, sk.name, c.name, ak.name, f.name, sv.name, sc.name, mt.name, sb.name, r.name) AS object_name,
         RTRIM(o.type) AS object_type, n.name AS column_name
    FROM sys.database_permissions g
    LEFT JOIN sys.all_objects o ON g.class = 1 AND o.object_id = g.major_id
    LEFT JOIN sys.all_columns n ON g.class = 1 AND n.object_id = g.major_id AND n.column_id = g.minor_id AND g.minor_id > 0
    LEFT JOIN sys.types t ON g.class = 6 AND t.user_type_id = g.major_id
    LEFT JOIN sys.schemas ts ON ts.schema_id = t.schema_id
    LEFT JOIN sys.xml_schema_collections x ON g.class = 10 AND x.xml_collection_id = g.major_id
    LEFT JOIN sys.schemas xs ON xs.schema_id = x.schema_id
    LEFT JOIN sys.schemas s ON s.schema_id = CASE g.class WHEN 3 THEN g.major_id WHEN 1 THEN o.schema_id END
    LEFT JOIN sys.assemblies a ON g.class = 5 AND a.assembly_id = g.major_id
    LEFT JOIN sys.symmetric_keys sk ON g.class = 24 AND sk.symmetric_key_id = g.major_id
    LEFT JOIN sys.certificates c ON g.class = 25 AND c.certificate_id = g.major_id
    LEFT JOIN sys.asymmetric_keys ak ON g.class = 26 AND ak.asymmetric_key_id = g.major_id
    LEFT JOIN sys.fulltext_catalogs f ON g.class = 23 AND f.fulltext_catalog_id = g.major_id
    LEFT JOIN sys.services sv ON g.class = 17 AND sv.service_id = g.major_id
    LEFT JOIN sys.service_contracts sc ON g.class = 16 AND sc.service_contract_id = g.major_id
    LEFT JOIN sys.service_message_types mt ON g.class = 15 AND mt.message_type_id = g.major_id
    LEFT JOIN sys.remote_service_bindings sb ON g.class = 18 AND sb.remote_service_binding_id = g.major_id
    LEFT JOIN sys.routes r ON g.class = 19 AND r.route_id = g.major_id
   WHERE NOT (g.class = 1 AND g.major_id < 0 AND g.grantee_principal_id = 0 AND g.state = 'G')`;
export const EACH_DATABASE = inEachDatabase(DATABASE_PRINCIPALS, '');

/** Pages of 8 KiB. For FILESTREAM containers this view says 0, for tempdb the size at the last start: those are asked for inside. */
export const SIZES = sql`
  SELECT d.database_id AS id, d.name, CASE WHEN d.database_id <= 4 OR d.is_distributor = 1 THEN 1 ELSE 0 END AS system,
         SUM(CASE WHEN f.type = 1 THEN 0 ELSE CAST(f.size AS bigint) * 8192 END) AS data_bytes,
         SUM(CASE WHEN f.type = 1 THEN CAST(f.size AS bigint) * 8192 ELSE 0 END) AS log_bytes,
         MAX(CASE WHEN f.type = 2 OR d.database_id = 2 THEN 1 ELSE 0 END) AS inside
    FROM sys.databases d LEFT JOIN sys.master_files f ON f.database_id = d.database_id
   WHERE d.source_database_id IS NULL GROUP BY d.database_id, d.name, d.is_distributor ORDER BY d.database_id`;

const FILES_INSIDE = `
  SELECT 'F' AS kind, @db AS db, SUM(CASE WHEN f.type = 1 THEN 0 ELSE CAST(f.size AS bigint) * 8192 END) AS data_bytes,
         SUM(CASE WHEN f.type = 1 THEN CAST(f.size AS bigint) * 8192 ELSE 0 END) AS log_bytes
    FROM sys.database_files f`;
export const SIZES_INSIDE = inEachDatabase(
  FILES_INSIDE,
  ' AND (d.database_id = 2 OR EXISTS (SELECT 1 FROM sys.master_files f WHERE f.database_id = d.database_id AND f.type = 2))',
);
