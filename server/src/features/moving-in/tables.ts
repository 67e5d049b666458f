/**
 * What is read of the older program's database, in the order in which it is written: column → type. A column that its
 * schema lacks (its script and its models differ) is read as NULL, a table that it lacks as empty.
 */
export type SourceTable = keyof typeof TABLES;

const times = { created_at: 'timestamptz', updated_at: 'timestamptz' };
const periods = {
  ...{ instance_id: 'int', period_type: 'text', period_start: 'date', period_end: 'date' },
  ...{ avg_size_mb: 'bigint', max_size_mb: 'bigint', min_size_mb: 'bigint', data_count: 'int' },
  ...{ growth_rate: 'numeric', calculated_at: 'timestamptz', created_at: 'timestamptz' },
};
/** The privilege columns, as they were read, and what they hold. */
export const PRIVILEGES: Record<string, 'array' | 'object'> = {
  ...{ global_privileges: 'array', database_privileges: 'object', predefined_roles: 'array', role_attributes: 'object' },
  ...{ database_privileges_pg: 'object', tablespace_privileges: 'object', server_roles: 'array', server_permissions: 'array' },
  ...{ database_roles: 'object', database_permissions: 'object', oracle_roles: 'array', system_privileges: 'array' },
  ...{ tablespace_privileges_oracle: 'object', type_specific: 'object' },
};

export const TABLES = {
  users: { id: 'int', username: 'text', password: 'text', role: 'text', is_active: 'boolean', last_login: 'timestamptz', ...times },
  credentials: {
    ...{ id: 'int', name: 'text', credential_type: 'text', db_type: 'text', username: 'text', password: 'text' },
    ...{ description: 'text', is_active: 'boolean', ...times },
  },
  tags: {
    ...{ id: 'int', name: 'text', display_name: 'text', category: 'text', color: 'text', description: 'text' },
    ...{ sort_order: 'int', is_active: 'boolean', ...times },
  },
  instances: {
    ...{ id: 'int', name: 'text', db_type: 'text', host: 'text', port: 'int', database_name: 'text', database_version: 'text' },
    ...{ main_version: 'text', detailed_version: 'text', sync_count: 'int', credential_id: 'int', description: 'text' },
    ...{ is_active: 'boolean', last_connected: 'timestamptz', deleted_at: 'timestamptz', ...times },
  },
  instance_tags: { instance_id: 'int', tag_id: 'int', created_at: 'timestamptz' },
  instance_databases: {
    ...{ instance_id: 'int', database_name: 'text', is_active: 'boolean', first_seen_date: 'date', last_seen_date: 'date' },
    ...{ deleted_at: 'timestamptz', ...times },
  },
  instance_accounts: {
    ...{ id: 'int', instance_id: 'int', username: 'text', db_type: 'text', is_active: 'boolean', first_seen_at: 'timestamptz' },
    ...{ last_seen_at: 'timestamptz', deleted_at: 'timestamptz', ...times },
  },
  account_permission: {
    ...{ id: 'int', instance_account_id: 'int', is_superuser: 'boolean', is_locked: 'boolean' },
    ...Object.fromEntries(Object.keys(PRIVILEGES).map((name) => [name, 'jsonb'])),
    ...{ last_sync_time: 'timestamptz', last_change_type: 'text', last_change_time: 'timestamptz' },
  },
  account_classifications: {
    ...{ id: 'int', name: 'text', description: 'text', risk_level: 'text', color: 'text', icon_name: 'text', priority: 'int' },
    ...{ is_active: 'boolean', ...times },
  },
  classification_rules: {
    ...{ id: 'int', classification_id: 'int', db_type: 'text', rule_name: 'text', rule_expression: 'text', is_active: 'boolean' },
    ...times,
  },
  account_classification_assignments: {
    ...{ id: 'int', account_id: 'int', classification_id: 'int', rule_id: 'int', assigned_by: 'int', assignment_type: 'text' },
    ...{ confidence_score: 'float8', notes: 'text', is_active: 'boolean', ...times },
  },
  account_change_log: {
    ...{ instance_id: 'int', db_type: 'text', username: 'text', change_type: 'text', change_time: 'timestamptz', session_id: 'text' },
    ...{ status: 'text', message: 'text', privilege_diff: 'jsonb', other_diff: 'jsonb' },
  },
  database_size_stats: {
    ...{ instance_id: 'int', database_name: 'text', size_mb: 'bigint', data_size_mb: 'bigint', log_size_mb: 'bigint' },
    ...{ collected_date: 'date', collected_at: 'timestamptz', ...times },
  },
  instance_size_stats: {
    ...{ instance_id: 'int', total_size_mb: 'bigint', database_count: 'int', collected_date: 'date', collected_at: 'timestamptz' },
    ...{ is_deleted: 'boolean', ...times },
  },
  database_size_aggregations: {
    ...{ ...periods, database_name: 'text', avg_data_size_mb: 'bigint', max_data_size_mb: 'bigint', min_data_size_mb: 'bigint' },
    ...{ avg_log_size_mb: 'bigint', max_log_size_mb: 'bigint', min_log_size_mb: 'bigint', size_change_mb: 'bigint' },
    ...{ size_change_percent: 'numeric', data_size_change_mb: 'bigint', data_size_change_percent: 'numeric' },
    ...{ log_size_change_mb: 'bigint', log_size_change_percent: 'numeric' },
  },
  instance_size_aggregations: {
    ...{ ...periods, total_size_mb: 'bigint', database_count: 'int', avg_database_count: 'numeric', max_database_count: 'int' },
    ...{ min_database_count: 'int', total_size_change_mb: 'bigint', total_size_change_percent: 'numeric' },
    ...{ database_count_change: 'int', database_count_change_percent: 'numeric', trend_direction: 'text' },
  },
  sync_sessions: {
    ...{ session_id: 'text', sync_type: 'text', sync_category: 'text', status: 'text', started_at: 'timestamptz' },
    ...{ completed_at: 'timestamptz', total_instances: 'int', successful_instances: 'int', failed_instances: 'int' },
    ...{ created_by: 'int', ...times },
  },
  sync_instance_records: {
    ...{ session_id: 'text', instance_id: 'int', instance_name: 'text', sync_category: 'text', status: 'text' },
    ...{ started_at: 'timestamptz', completed_at: 'timestamptz', items_synced: 'int', items_created: 'int', items_updated: 'int' },
    ...{ items_deleted: 'int', error_message: 'text', sync_details: 'jsonb', created_at: 'timestamptz' },
  },
  unified_logs: {
    ...{ timestamp: 'timestamptz', level: 'text', module: 'text', message: 'text', traceback: 'text', context: 'jsonb' },
    created_at: 'timestamptz',
  },
} satisfies Record<string, Record<string, string>>;
