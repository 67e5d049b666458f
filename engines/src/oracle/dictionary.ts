/** Dictionary views of Oracle that we read, with their columns, by version (1201 = 12.1 … 2300 = 23ai). */
import type { Dictionary } from '../dictionary.ts';

export const DICTIONARY: Dictionary = {
  source:
    'Oracle Database Reference, 12c Release 1, 12c Release 2, 18c, 19c, 21c, 23ai: static data dictionary views, dynamic performance views; SQL Language Reference: "Oracle SQL Reserved Words"',
  views: {
    'sys.dba_users': {
      1201: 'username user_id password account_status lock_date expiry_date default_tablespace temporary_tablespace created profile initial_rsrc_consumer_group external_name password_versions editions_enabled authentication_type proxy_only_connect common last_login oracle_maintained',
      1202: 'local_temp_tablespace inherited default_collation implicit all_shard',
      1800: 'password_change_date',
    },
    'sys.dba_roles': {
      1201: 'role password_required authentication_type common oracle_maintained',
      1202: 'role_id inherited implicit external_name',
    },
    'sys.dba_role_privs': { 1201: 'grantee granted_role admin_option delegate_option default_role common', 1202: 'inherited' },
    'sys.dba_sys_privs': { 1201: 'grantee privilege admin_option common', 1202: 'inherited' },
    'sys.dba_schema_privs': { 2300: 'grantee privilege schema admin_option common inherited' },
    'sys.dba_tab_privs': { 1201: 'grantee owner table_name grantor privilege grantable hierarchy common type', 1202: 'inherited' },
    'sys.dba_col_privs': { 1201: 'grantee owner table_name column_name grantor privilege grantable common', 1202: 'inherited' },
    'sys.dba_ts_quotas': { 1201: 'tablespace_name username bytes max_bytes blocks max_blocks dropped' },
    'sys.v_$pwfile_users': {
      1201: 'username sysdba sysoper sysasm sysbackup sysdg syskm con_id',
      1202: 'account_status password_profile last_login lock_date expiry_date external_name authentication_type common',
    },
    'sys.dba_tablespaces': {
      1201: 'tablespace_name block_size initial_extent next_extent min_extents max_extents max_size pct_increase min_extlen status contents logging force_logging extent_management allocation_type segment_space_management bigfile',
    },
    'sys.dba_data_files': {
      1201: 'file_name file_id tablespace_name bytes blocks status relative_fno autoextensible maxbytes maxblocks increment_by user_bytes user_blocks online_status',
    },
    'sys.dba_temp_files': {
      1201: 'file_name file_id tablespace_name bytes blocks status relative_fno autoextensible maxbytes maxblocks increment_by user_bytes user_blocks',
    },
    'sys.dba_free_space': { 1201: 'tablespace_name file_id block_id bytes blocks relative_fno' },
    'sys.dba_temp_free_space': { 1201: 'tablespace_name tablespace_size allocated_space free_space', 1202: 'shared inst_id' },
    'sys.v_$pdbs': {
      1201: 'con_id dbid con_uid guid name open_mode restricted open_time create_scn total_size',
      1202: 'block_size recovery_status',
    },
    v$version: { 1201: 'banner con_id', 1800: 'banner_full banner_legacy' },
    all_tab_columns: { 1201: 'owner table_name column_name data_type data_length nullable column_id' },
  },
  later: { LISTAGG_DISTINCT: 1900, 'ON OVERFLOW': 1202, JSON_OBJECT: 1202 },
  reserved:
    'access add all alter and any as asc audit between by char check cluster column column_value comment compress connect create current date decimal default delete desc distinct drop else exclusive exists file float for from grant group having identified immediate in increment index initial insert integer intersect into is level like lock long maxextents minus mlslabel mode modify nested_table_id noaudit nocompress not nowait null number of offline on online option or order pctfree prior public raw rename resource revoke row rowid rownum rows select session set share size smallint start successful synonym sysdate table then to trigger uid union unique update user validate values varchar varchar2 view whenever where with',
};
