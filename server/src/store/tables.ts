/** Row types of our own store: written by `npm run codegen` from the migrated schema, never by hand. */
import type { JsonColumn } from "./json.ts";
import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Numeric = ColumnType<number, number | string, number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface AccountChangeLog {
  change_time: Generated<Timestamp>;
  change_type: "add" | "modify_privilege" | "modify_other" | "delete" | "return";
  db_type: string;
  id: Generated<number>;
  instance_account_id: number | null;
  instance_id: number;
  message: string | null;
  message_en: string | null;
  other_diff: JsonColumn | null;
  privilege_diff: JsonColumn | null;
  session_id: string | null;
  status: Generated<"success" | "failed">;
  username: string;
}

export interface AccountClassificationAssignments {
  account_id: number;
  assigned_by: number | null;
  assignment_type: Generated<"auto" | "manual" | "manual_exclude">;
  batch_id: string | null;
  classification_id: number;
  confidence_score: number | null;
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  is_active: Generated<boolean>;
  matched_facts: JsonColumn | null;
  matched_rule_ids: Generated<number[]>;
  notes: string | null;
  rule_id: number | null;
  rule_version: number | null;
  updated_at: Generated<Timestamp>;
}

export interface AccountClassifications {
  /**
   * a colour key (danger, info, …), not a value
   */
  color: string | null;
  created_at: Generated<Timestamp>;
  description: string | null;
  description_en: string | null;
  icon_name: Generated<string | null>;
  id: Generated<number>;
  is_active: Generated<boolean>;
  is_system: Generated<boolean>;
  name: string;
  name_en: string | null;
  priority: Generated<number>;
  risk_level: Generated<"low" | "medium" | "high" | "critical">;
  updated_at: Generated<Timestamp>;
}

export interface AccountMemberships {
  account_id: number;
  admin: Generated<boolean>;
  database: string | null;
  default: Generated<boolean>;
  grantor: string | null;
  inherit: Generated<boolean>;
  instance_id: number;
  role: string;
  set: Generated<boolean>;
}

export interface AccountOwnership {
  account_id: number;
  database: string | null;
  instance_id: number;
  kind: string | null;
  object: string | null;
  schema: string | null;
  scope: string;
}

export interface AccountPermission {
  database_permissions: JsonColumn | null;
  database_privileges: JsonColumn | null;
  database_privileges_pg: JsonColumn | null;
  database_roles: JsonColumn | null;
  db_type: string;
  extended_privileges: JsonColumn | null;
  global_privileges: JsonColumn | null;
  id: Generated<number>;
  instance_account_id: number;
  instance_id: number;
  is_locked: Generated<boolean>;
  /**
   * the one row that stands for everybody (PUBLIC)
   */
  is_public: Generated<boolean>;
  /**
   * a role or group, repeated from type_specific so that totals and the ledger can leave it out
   */
  is_role: Generated<boolean>;
  is_superuser: Generated<boolean>;
  last_change_time: Timestamp | null;
  last_change_type: Generated<"add" | "modify_privilege" | "modify_other" | "delete" | "return" | null>;
  last_sync_time: Timestamp | null;
  oracle_roles: JsonColumn | null;
  predefined_roles: JsonColumn | null;
  read_state: Generated<"ok" | "stale" | "never">;
  role_attributes: JsonColumn | null;
  server_permissions: JsonColumn | null;
  server_roles: JsonColumn | null;
  snapshot_hash: string | null;
  sync_error_at: Timestamp | null;
  sync_error_code: string | null;
  sync_error_message: string | null;
  system_privileges: JsonColumn | null;
  tablespace_privileges: JsonColumn | null;
  tablespace_privileges_oracle: JsonColumn | null;
  type_specific: JsonColumn | null;
  username: string;
}

export interface AccountPrivileges {
  account_id: number;
  column: string | null;
  database: string | null;
  grantable: Generated<boolean>;
  grantor: string | null;
  instance_id: number;
  kind: string | null;
  object: string | null;
  privilege: string;
  schema: string | null;
  scope: string;
  state: Generated<"grant" | "deny" | "revoke">;
}

export interface AuditEvents {
  action: string;
  after: JsonColumn | null;
  before: JsonColumn | null;
  id: Generated<number>;
  ip: string | null;
  request_id: string | null;
  resource: string;
  resource_id: string | null;
  time: Generated<Timestamp>;
  user_id: number | null;
  username: string | null;
}

export interface ClassificationBatches {
  active_rules: Generated<number>;
  batch_details: JsonColumn | null;
  batch_id: string;
  batch_type: "manual" | "scheduled" | "api";
  completed_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  created_by: number | null;
  error_message: string | null;
  failed_accounts: Generated<number>;
  id: Generated<number>;
  matched_accounts: Generated<number>;
  session_id: string | null;
  started_at: Generated<Timestamp>;
  status: Generated<"running" | "completed" | "failed">;
  total_accounts: Generated<number>;
  total_rules: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface ClassificationMarks {
  accounts: number;
  accounts_state: string;
  assignments_state: string;
  instance_id: number;
  matched: number;
  rules_state: string;
  unread: number;
}

export interface ClassificationRules {
  classification_id: number;
  created_at: Generated<Timestamp>;
  db_type: string;
  id: Generated<number>;
  is_active: Generated<boolean>;
  rule_expression: JsonColumn;
  rule_name: string;
  updated_at: Generated<Timestamp>;
  version: Generated<number>;
}

export interface Credentials {
  created_at: Generated<Timestamp>;
  credential_type: Generated<"database" | "ssh" | "windows" | "api" | "ldap">;
  db_type: string | null;
  deleted_at: Timestamp | null;
  description: string | null;
  id: Generated<number>;
  is_active: Generated<boolean>;
  name: string;
  /**
   * sealed: v1:<key id>:<nonce>:<ciphertext and tag>, bound to credential:<id>
   */
  password: string;
  password_updated_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  username: string;
}

export interface DatabaseSizeAggregations {
  avg_data_size_mb: number | null;
  avg_log_size_mb: number | null;
  avg_size_bytes: number | null;
  avg_size_mb: number;
  calculated_at: Generated<Timestamp>;
  created_at: Generated<Timestamp>;
  data_count: number;
  data_size_change_mb: number | null;
  data_size_change_percent: Numeric | null;
  database_name: string;
  growth_rate: Numeric | null;
  id: Generated<number>;
  instance_id: number;
  log_size_change_mb: number | null;
  log_size_change_percent: Numeric | null;
  max_data_size_mb: number | null;
  max_log_size_mb: number | null;
  max_size_bytes: number | null;
  max_size_mb: number;
  min_data_size_mb: number | null;
  min_log_size_mb: number | null;
  min_size_bytes: number | null;
  min_size_mb: number;
  period_end: string;
  period_start: string;
  period_type: "daily" | "weekly" | "monthly" | "quarterly";
  size_change_bytes: number | null;
  size_change_mb: number | null;
  size_change_percent: Numeric | null;
}

export interface DatabaseSizeStats {
  collected_at: Generated<Timestamp>;
  collected_date: string;
  created_at: Generated<Timestamp>;
  data_size_bytes: number | null;
  data_size_mb: number | null;
  database_name: string;
  id: Generated<number>;
  instance_id: number;
  log_size_bytes: number | null;
  log_size_mb: number | null;
  size_bytes: number | null;
  size_mb: number;
  updated_at: Generated<Timestamp>;
}

export interface DatabaseTypeConfigs {
  color: Generated<string>;
  connection_timeout: Generated<number>;
  created_at: Generated<Timestamp>;
  default_port: number;
  default_schema: string;
  description: string | null;
  display_name: string;
  driver: string;
  features: Generated<JsonColumn>;
  icon: Generated<string>;
  id: Generated<number>;
  is_active: Generated<boolean>;
  is_system: Generated<boolean>;
  name: string;
  sort_order: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface InstanceAccounts {
  created_at: Generated<Timestamp>;
  db_type: string;
  deleted_at: Timestamp | null;
  first_seen_at: Generated<Timestamp>;
  id: Generated<number>;
  instance_id: number;
  is_active: Generated<boolean>;
  last_seen_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  username: string;
}

export interface InstanceCapabilities {
  checked_at: Timestamp;
  feature: string;
  grant: string | null;
  has: boolean;
  instance_id: number;
  lacks: string | null;
  needs: string;
  required: Generated<boolean>;
}

export interface InstanceDatabases {
  created_at: Generated<Timestamp>;
  database_name: string;
  deleted_at: Timestamp | null;
  first_seen_date: string;
  id: Generated<number>;
  instance_id: number;
  is_active: Generated<boolean>;
  last_seen_date: string;
  latest_collected_at: Timestamp | null;
  latest_size_bytes: number | null;
  latest_size_mb: number | null;
  updated_at: Generated<Timestamp>;
}

export interface Instances {
  accounts_error_at: Timestamp | null;
  /**
   * set while the newest read of the accounts is one that failed
   */
  accounts_error_code: string | null;
  /**
   * last read of all accounts that succeeded: their rows are not rewritten when nothing changed
   */
  accounts_synced_at: Timestamp | null;
  /**
   * accounts that are there, without roles: counted with the last read of all accounts
   */
  active_account_count: Generated<number>;
  /**
   * databases that are there: counted with the last read of the sizes
   */
  active_db_count: Generated<number>;
  connection_options: Generated<JsonColumn>;
  created_at: Generated<Timestamp>;
  credential_id: number | null;
  database_name: string | null;
  database_version: string | null;
  db_type: string;
  deleted_at: Timestamp | null;
  description: string | null;
  detailed_version: string | null;
  host: string;
  id: Generated<number>;
  is_active: Generated<boolean>;
  last_connected: Timestamp | null;
  last_test_at: Timestamp | null;
  last_test_error_code: string | null;
  last_test_latency_ms: number | null;
  last_test_ok: boolean | null;
  last_test_stage: string | null;
  main_version: string | null;
  name: string;
  port: number;
  sizes_error_at: Timestamp | null;
  sizes_error_code: string | null;
  sizes_synced_at: Timestamp | null;
  sync_count: Generated<number>;
  sync_enabled: Generated<boolean>;
  /**
   * newest sizes of these databases together; null = none was measured
   */
  total_size_mb: number | null;
  updated_at: Generated<Timestamp>;
}

export interface InstanceSizeAggregations {
  avg_database_count: Numeric | null;
  avg_size_bytes: number | null;
  avg_size_mb: number;
  calculated_at: Generated<Timestamp>;
  created_at: Generated<Timestamp>;
  data_count: number;
  database_count: number;
  database_count_change: number | null;
  database_count_change_percent: Numeric | null;
  growth_rate: Numeric | null;
  id: Generated<number>;
  instance_id: number;
  max_database_count: number | null;
  max_size_bytes: number | null;
  max_size_mb: number;
  min_database_count: number | null;
  min_size_bytes: number | null;
  min_size_mb: number;
  period_end: string;
  period_start: string;
  period_type: "daily" | "weekly" | "monthly" | "quarterly";
  total_size_bytes: number | null;
  total_size_change_bytes: number | null;
  total_size_change_mb: number | null;
  total_size_change_percent: Numeric | null;
  total_size_mb: number;
  trend_direction: "growing" | "shrinking" | "stable" | null;
}

export interface InstanceSizeStats {
  collected_at: Generated<Timestamp>;
  collected_date: string;
  created_at: Generated<Timestamp>;
  database_count: Generated<number>;
  id: Generated<number>;
  instance_id: number;
  total_size_bytes: number | null;
  total_size_mb: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface InstanceTags {
  created_at: Generated<Timestamp>;
  instance_id: number;
  tag_id: number;
}

export interface LoginFailures {
  client_key: string;
  failures: Generated<number>;
  first_at: Generated<Timestamp>;
  last_at: Generated<Timestamp>;
  lock_level: Generated<number>;
  locked_until: Timestamp | null;
  name_key: string;
}

export interface PermissionConfigs {
  category: string;
  created_at: Generated<Timestamp>;
  db_type: string;
  description_en: string | null;
  description_zh: string | null;
  flavour: string | null;
  id: Generated<number>;
  is_active: Generated<boolean>;
  kind: "read" | "write" | "define" | "admin";
  min_version: string | null;
  permission_name: string;
  sort_order: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface PersonalTokens {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp | null;
  id: Generated<number>;
  last_used_at: Timestamp | null;
  name: string;
  revoked_at: Timestamp | null;
  role: "admin" | "user" | "viewer";
  token_hash: string;
  user_id: number;
}

export interface RefreshTokens {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  jti: string;
  replaced_by: string | null;
  revoked_at: Timestamp | null;
  session_id: number;
  used_at: Timestamp | null;
  user_id: number;
}

export interface SchedulerJobRuns {
  error: string | null;
  finished_at: Timestamp | null;
  heartbeat_at: Timestamp | null;
  id: Generated<number>;
  job_id: string;
  node: string | null;
  scheduled_for: Timestamp | null;
  session_id: string | null;
  started_at: Generated<Timestamp>;
  status: Generated<"running" | "success" | "failed" | "skipped" | "misfired" | "interrupted">;
  summary: JsonColumn | null;
  trigger_kind: "scheduled" | "manual";
  triggered_by: number | null;
}

export interface SchedulerJobs {
  coalesce: Generated<boolean>;
  created_at: Generated<Timestamp>;
  description: string | null;
  function: string;
  id: string;
  is_builtin: Generated<boolean>;
  last_run_time: Timestamp | null;
  last_status: string | null;
  max_instances: Generated<number>;
  misfire_grace_seconds: Generated<number>;
  name: string;
  next_run_time: Timestamp | null;
  state: Generated<"active" | "paused" | "finished">;
  timezone: Generated<string>;
  trigger_args: JsonColumn;
  trigger_type: "cron" | "interval" | "date";
  updated_at: Generated<Timestamp>;
  updated_by: number | null;
}

export interface Settings {
  key: string;
  updated_at: Generated<Timestamp>;
  updated_by: number | null;
  value: JsonColumn;
}

export interface SyncInstanceRecords {
  attempts: Generated<number>;
  completed_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  error_code: string | null;
  error_message: string | null;
  error_number: string | null;
  heartbeat_at: Timestamp | null;
  id: Generated<number>;
  instance_id: number;
  instance_name: string | null;
  items_created: Generated<number>;
  items_deleted: Generated<number>;
  items_synced: Generated<number>;
  items_updated: Generated<number>;
  session_id: string;
  stage: string | null;
  started_at: Timestamp | null;
  status: Generated<"pending" | "running" | "completed" | "failed" | "cancelled">;
  sync_category: Generated<"account" | "capacity" | "config" | "aggregation" | "classification" | "other">;
  sync_details: JsonColumn | null;
  worker: string | null;
}

export interface SyncSessions {
  cancel_requested_at: Timestamp | null;
  completed_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  created_by: number | null;
  failed_instances: Generated<number>;
  heartbeat_at: Timestamp | null;
  id: Generated<number>;
  session_id: string;
  started_at: Generated<Timestamp>;
  status: Generated<"running" | "completed" | "failed" | "cancelled">;
  successful_instances: Generated<number>;
  sync_category: Generated<"account" | "capacity" | "config" | "aggregation" | "classification" | "other">;
  sync_type: "manual_single" | "manual_batch" | "manual_task" | "scheduled_task";
  total_instances: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface TableWrites {
  table_name: string;
  xid: Generated<number>;
}

export interface Tags {
  category: string;
  color: Generated<string>;
  created_at: Generated<Timestamp>;
  description: string | null;
  description_en: string | null;
  display_name: string;
  display_name_en: string | null;
  id: Generated<number>;
  is_active: Generated<boolean>;
  name: string;
  sort_order: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface UnifiedLogs {
  context: JsonColumn | null;
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  level: "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL";
  message: string;
  module: string;
  search_text: Generated<string | null>;
  timestamp: Timestamp;
  traceback: string | null;
}

export interface UserPreferences {
  key: string;
  updated_at: Generated<Timestamp>;
  user_id: number;
  value: JsonColumn;
}

export interface Users {
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  is_active: Generated<boolean>;
  last_login: Timestamp | null;
  locale: string | null;
  must_change_password: Generated<boolean>;
  /**
   * argon2id hash; bcrypt hashes of existing installations are verified and replaced at the next sign-in
   */
  password: string;
  password_changed_at: Timestamp | null;
  role: Generated<"admin" | "user" | "viewer">;
  theme: string | null;
  updated_at: Generated<Timestamp>;
  username: string;
}

export interface UserSessions {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: Generated<number>;
  /**
   * sha256 of the cookie's value: the table alone signs nobody in
   */
  id_hash: string;
  ip: string | null;
  last_seen_at: Generated<Timestamp>;
  remember: Generated<boolean>;
  revoked_at: Timestamp | null;
  user_agent: string | null;
  user_id: number;
}

export interface DB {
  account_change_log: AccountChangeLog;
  account_classification_assignments: AccountClassificationAssignments;
  account_classifications: AccountClassifications;
  account_memberships: AccountMemberships;
  account_ownership: AccountOwnership;
  account_permission: AccountPermission;
  account_privileges: AccountPrivileges;
  audit_events: AuditEvents;
  classification_batches: ClassificationBatches;
  classification_marks: ClassificationMarks;
  classification_rules: ClassificationRules;
  credentials: Credentials;
  database_size_aggregations: DatabaseSizeAggregations;
  database_size_stats: DatabaseSizeStats;
  database_type_configs: DatabaseTypeConfigs;
  instance_accounts: InstanceAccounts;
  instance_capabilities: InstanceCapabilities;
  instance_databases: InstanceDatabases;
  instance_size_aggregations: InstanceSizeAggregations;
  instance_size_stats: InstanceSizeStats;
  instance_tags: InstanceTags;
  instances: Instances;
  login_failures: LoginFailures;
  permission_configs: PermissionConfigs;
  personal_tokens: PersonalTokens;
  refresh_tokens: RefreshTokens;
  scheduler_job_runs: SchedulerJobRuns;
  scheduler_jobs: SchedulerJobs;
  settings: Settings;
  sync_instance_records: SyncInstanceRecords;
  sync_sessions: SyncSessions;
  table_writes: TableWrites;
  tags: Tags;
  unified_logs: UnifiedLogs;
  user_preferences: UserPreferences;
  user_sessions: UserSessions;
  users: Users;
}
