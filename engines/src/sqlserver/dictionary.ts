/** Catalogue views of SQL Server that we read, with their columns, by version (1100 = 2012 … 1700 = 2025). */
import type { Dictionary } from '../dictionary.ts';

const PRINCIPAL =
  'name principal_id sid type type_desc is_disabled create_date modify_date default_database_name default_language_name credential_id owning_principal_id is_fixed_role';
const FILE =
  'file_id file_guid type type_desc data_space_id name physical_name state state_desc size max_size growth is_media_read_only is_read_only is_sparse is_percent_growth is_name_reserved';
const OBJECT =
  'name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped is_published is_schema_published';
const PERMISSION = 'class class_desc major_id minor_id grantee_principal_id grantor_principal_id type permission_name state state_desc';

export const DICTIONARY: Dictionary = {
  source:
    'Microsoft documentation, Transact-SQL reference: "System catalog views", "AT TIME ZONE", "CURRENT_TIMEZONE_ID", "Reserved keywords"',
  views: {
    'sys.server_principals': { 1100: PRINCIPAL, 1600: 'tenant_id' },
    'sys.sql_logins': { 1100: `${PRINCIPAL} is_policy_checked is_expiration_checked password_hash` },
    'sys.server_role_members': { 1100: 'role_principal_id member_principal_id' },
    'sys.server_permissions': { 1100: PERMISSION },
    'sys.endpoints': { 1100: 'name endpoint_id principal_id protocol protocol_desc type type_desc state state_desc is_admin_endpoint' },
    'sys.databases': {
      1100: 'name database_id source_database_id owner_sid create_date compatibility_level collation_name user_access user_access_desc is_read_only is_auto_close_on is_auto_shrink_on state state_desc is_in_standby is_cleanly_shutdown recovery_model recovery_model_desc is_published is_subscribed is_merge_published is_distributor is_encrypted replica_id group_database_id containment containment_desc',
      1300: 'is_query_store_on is_remote_data_archive_enabled',
      1600: 'is_ledger_on',
    },
    'sys.master_files': { 1100: `database_id ${FILE} credential_id`, 1200: 'is_persistent_log_buffer' },
    'sys.database_files': { 1100: FILE },
    'sys.database_principals': {
      1100: 'name principal_id type type_desc default_schema_name create_date modify_date owning_principal_id sid is_fixed_role authentication_type authentication_type_desc default_language_name default_language_lcid',
      1300: 'allow_encrypted_value_modifications',
      1600: 'tenant_id',
    },
    'sys.database_role_members': { 1100: 'role_principal_id member_principal_id' },
    'sys.database_permissions': { 1100: PERMISSION },
    'sys.schemas': { 1100: 'name schema_id principal_id' },
    'sys.objects': { 1100: OBJECT },
    'sys.all_objects': { 1100: OBJECT },
    'sys.all_columns': {
      1100: 'object_id name column_id system_type_id user_type_id max_length precision scale collation_name is_nullable is_identity is_computed',
    },
    'sys.types': {
      1100: 'name system_type_id user_type_id schema_id principal_id max_length precision scale collation_name is_nullable is_user_defined is_assembly_type is_table_type',
    },
    'sys.xml_schema_collections': { 1100: 'xml_collection_id schema_id principal_id name create_date modify_date' },
    'sys.assemblies': {
      1100: 'name principal_id assembly_id clr_name permission_set permission_set_desc is_visible create_date modify_date is_user_defined',
    },
    'sys.symmetric_keys': {
      1100: 'name principal_id symmetric_key_id key_length key_algorithm algorithm_desc create_date modify_date key_guid',
    },
    'sys.certificates': {
      1100: 'name certificate_id principal_id pvt_key_encryption_type pvt_key_encryption_type_desc is_active_for_begin_dialog issuer_name subject expiry_date start_date thumbprint',
    },
    'sys.asymmetric_keys': {
      1100: 'name principal_id asymmetric_key_id pvt_key_encryption_type pvt_key_encryption_type_desc thumbprint algorithm algorithm_desc key_length',
    },
    'sys.fulltext_catalogs': {
      1100: 'fulltext_catalog_id name path is_default is_accent_sensitivity_on data_space_id file_id principal_id is_importing',
    },
    'sys.services': { 1100: 'name service_id principal_id service_queue_id' },
    'sys.service_contracts': { 1100: 'name service_contract_id principal_id' },
    'sys.service_message_types': { 1100: 'name message_type_id principal_id validation validation_desc xml_collection_id' },
    'sys.remote_service_bindings': {
      1100: 'name remote_service_binding_id principal_id remote_service_name service_contract_id remote_principal_id is_anonymous_on',
    },
    'sys.routes': { 1100: 'name route_id principal_id remote_service_name broker_instance lifetime address mirror_address' },
  },
  later: {
    'AT TIME ZONE': 1300,
    CURRENT_TIMEZONE_ID: 1600,
    STRING_AGG: 1400,
    STRING_SPLIT: 1300,
    TRIM: 1400,
    CONCAT_WS: 1400,
    OPENJSON: 1300,
  },
  reserved:
    'add all alter and any as asc authorization backup begin between break browse bulk by cascade case check checkpoint close clustered coalesce collate column commit compute constraint contains containstable continue convert create cross current current_date current_time current_timestamp current_user cursor database dbcc deallocate declare default delete deny desc disk distinct distributed double drop dump else end errlvl escape except exec execute exists exit external fetch file fillfactor for foreign freetext freetexttable from full function goto grant group having holdlock identity identity_insert identitycol if in index inner insert intersect into is join key kill left like lineno load merge national nocheck nonclustered not null nullif of off offsets on open opendatasource openquery openrowset openxml option or order outer over percent pivot plan precision primary print proc procedure public raiserror read readtext reconfigure references replication restore restrict return revert revoke right rollback rowcount rowguidcol rule save schema securityaudit select session_user set setuser shutdown some statistics system_user table tablesample textsize then to top tran transaction trigger truncate try_convert tsequal union unique unpivot update updatetext use user values varying view waitfor when where while with within writetext',
};
