import { type Kysely, sql } from 'kysely';

/**
 * The rules that a new installation classifies by: each of the five given classes on each of the four engines. Numbers and
 * names that were in use before are kept. Given once: what an administrator changes or removes later stays so.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const rows = rules.map(([id, classification_id, db_type, rule_name, says]) => ({
    ...{ id, classification_id, db_type, rule_name },
    rule_expression: { type: `${db_type}_permissions`, operator: 'OR', ...says },
  }));
  await sql`
    insert into classification_rules (id, classification_id, db_type, rule_name, rule_expression)
    select g.id, g.classification_id, g.db_type, g.rule_name, g.rule_expression
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (id int, classification_id int, db_type text, rule_name text, rule_expression jsonb)
    where exists (select 1 from account_classifications c where c.id = g.classification_id)
    on conflict do nothing`.execute(db);
  await sql`select setval(pg_get_serial_sequence('classification_rules', 'id'), greatest(100, (select max(id) from classification_rules)))`.execute(
    db,
  );
}

const [PRIVILEGED, SENSITIVE, RISKY, ORDINARY, READ_ONLY] = [7, 2, 4, 8, 5];
/** id, class, engine, name, what it demands beside type and operator. Two demands that must both hold are an AND rule. */
type Seed = [number, number, string, string, Record<string, unknown>];
const READS = { exclude: { kinds: ['admin', 'define', 'write'] } };

const rules: Seed[] = [
  [5, PRIVILEGED, 'mysql', 'mysql_super_rule', { global_privileges: ['SUPER'] }],
  [20, PRIVILEGED, 'mysql', 'mysql_superuser_rule', { flags: { is_superuser: true } }],
  [21, PRIVILEGED, 'mysql', 'mysql_account_admin_rule', { operator: 'AND', global_privileges: ['CREATE USER', 'GRANT OPTION'] }],
  [22, PRIVILEGED, 'mysql', 'mysql_system_user_rule', { global_privileges: ['SYSTEM_USER'] }],
  [9, SENSITIVE, 'mysql', 'mysql_grant_rule', { grants: ['GRANT OPTION', { grantable: true, name: '*' }] }],
  [23, SENSITIVE, 'mysql', 'mysql_create_user_rule', { global_privileges: ['CREATE USER', 'ROLE_ADMIN'] }],
  [
    ...([10, RISKY, 'mysql', 'mysql_delete_rule'] as const),
    { database_privileges: ['ALTER', 'DELETE', 'DROP'], global_privileges: ['ALTER', 'DELETE', 'DROP'] },
  ],
  [24, RISKY, 'mysql', 'mysql_file_rule', { global_privileges: ['FILE'] }],
  [25, READ_ONLY, 'mysql', 'mysql_read_only_rule', { grants: ['SELECT'], ...READS }],
  [26, ORDINARY, 'mysql', 'mysql_ordinary_rule', { fallback: true }],

  [12, PRIVILEGED, 'postgresql', 'postgresql_super_rule', { role_attributes: ['can_bypass_rls', 'can_replicate', 'can_super'] }],
  [
    ...([30, PRIVILEGED, 'postgresql', 'postgresql_server_access_rule'] as const),
    { predefined_roles: ['pg_execute_server_program', 'pg_write_server_files'] },
  ],
  [4, SENSITIVE, 'postgresql', 'postgresql_grant_rule', { role_attributes: ['can_create_role'] }],
  [31, SENSITIVE, 'postgresql', 'postgresql_admin_option_rule', { memberships: [{ admin: true, name: '*' }] }],
  [32, SENSITIVE, 'postgresql', 'postgresql_read_everything_rule', { predefined_roles: ['pg_read_all_data'] }],
  [33, RISKY, 'postgresql', 'postgresql_owner_rule', { owns: ['database', 'schema'] }],
  [
    ...([34, RISKY, 'postgresql', 'postgresql_delete_rule'] as const),
    {
      grants: [
        { name: 'DELETE', scope: 'table' },
        { name: 'TRUNCATE', scope: 'table' },
      ],
    },
  ],
  [35, RISKY, 'postgresql', 'postgresql_create_database_rule', { role_attributes: ['can_create_db'] }],
  [36, READ_ONLY, 'postgresql', 'postgresql_read_only_rule', { grants: ['SELECT'], ...READS }],
  [37, ORDINARY, 'postgresql', 'postgresql_ordinary_rule', { fallback: true }],

  [7, PRIVILEGED, 'sqlserver', 'sqlserver_super_rule', { server_roles: ['sysadmin'] }],
  [40, PRIVILEGED, 'sqlserver', 'sqlserver_control_rule', { server_permissions: ['CONTROL SERVER', 'IMPERSONATE ANY LOGIN'] }],
  [8, SENSITIVE, 'sqlserver', 'sqlserver_grant_rule', { server_roles: ['securityadmin'] }],
  [
    ...([41, SENSITIVE, 'sqlserver', 'sqlserver_access_rule'] as const),
    { database_roles: ['db_accessadmin', 'db_securityadmin'], server_permissions: ['ALTER ANY LOGIN'] },
  ],
  [
    ...([11, RISKY, 'sqlserver', 'sqlserver_delete_rule'] as const),
    {
      database_privileges: ['DELETE'],
      database_roles: ['db_ddladmin', 'db_owner'],
      grants: ['DELETE'],
      server_permissions: ['ALTER ANY DATABASE'],
    },
  ],
  [42, READ_ONLY, 'sqlserver', 'sqlserver_read_only_rule', { database_roles: ['db_datareader'], grants: ['SELECT'], ...READS }],
  [43, ORDINARY, 'sqlserver', 'sqlserver_ordinary_rule', { fallback: true }],

  [2, PRIVILEGED, 'oracle', 'oracle_super_rule', { roles: ['DBA'] }],
  [50, PRIVILEGED, 'oracle', 'oracle_administrator_rule', { attributes: ['SYSDBA', 'SYSOPER'] }],
  [51, PRIVILEGED, 'oracle', 'oracle_grant_any_rule', { system_privileges: ['GRANT ANY PRIVILEGE', 'GRANT ANY ROLE'] }],
  [
    ...([52, SENSITIVE, 'oracle', 'oracle_admin_option_rule'] as const),
    { grants: [{ grantable: true, name: '*' }], memberships: [{ admin: true, name: '*' }] },
  ],
  [53, SENSITIVE, 'oracle', 'oracle_read_everything_rule', { system_privileges: ['SELECT ANY DICTIONARY', 'SELECT ANY TABLE'] }],
  [54, SENSITIVE, 'oracle', 'oracle_user_admin_rule', { system_privileges: ['ALTER USER', 'CREATE USER'] }],
  [
    ...([55, RISKY, 'oracle', 'oracle_drop_rule'] as const),
    { system_privileges: ['ALTER DATABASE', 'ALTER SYSTEM', 'DROP ANY TABLE', 'DROP USER', 'UNLIMITED TABLESPACE'] },
  ],
  [
    ...([56, READ_ONLY, 'oracle', 'oracle_read_only_rule'] as const),
    { grants: ['READ', 'READ ANY TABLE', 'SELECT', 'SELECT ANY DICTIONARY', 'SELECT ANY TABLE'], ...READS },
  ],
  [57, ORDINARY, 'oracle', 'oracle_ordinary_rule', { fallback: true }],
];
