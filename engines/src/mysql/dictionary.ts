/** Grant tables of MySQL and MariaDB that we read whole, with their columns, by version. */
import type { Dictionary } from '../dictionary.ts';

const CREATED = 'timestamp';
const COMMON = {
  'mysql.tables_priv': { 0: `host db user table_name grantor ${CREATED} table_priv column_priv` },
  'mysql.columns_priv': { 0: `host db user table_name column_name ${CREATED} column_priv` },
  'mysql.procs_priv': { 0: `host db user routine_name routine_type grantor proc_priv ${CREATED}` },
  'mysql.proxies_priv': { 50507: `host user proxied_host proxied_user with_grant grantor ${CREATED}` },
};

export const MYSQL: Dictionary = {
  source: 'MySQL Reference Manual 5.6, 5.7, 8.0, 8.4, 9.x: "Grant Tables"',
  views: {
    ...COMMON,
    'mysql.global_grants': { 80000: 'user host priv with_grant_option' },
    'mysql.role_edges': { 80000: 'from_host from_user to_host to_user with_admin_option' },
    'mysql.default_roles': { 80000: 'host user default_role_host default_role_user' },
  },
  later: {},
  reserved: '',
};

export const MARIADB: Dictionary = {
  source: 'MariaDB documentation: "The mysql Database Tables"',
  views: { ...COMMON, 'mysql.roles_mapping': { 100005: 'host user role admin_option' } },
  later: {},
  reserved: '',
};
