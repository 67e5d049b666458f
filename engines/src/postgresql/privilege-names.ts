/** Privilege names of PostgreSQL (PostgreSQL manual "Privileges", "Predefined Roles", "Role Attributes"). */
import type { PrivilegeRow } from '../privilege-rows.ts';

// prettier-ignore
export const ROWS: Record<string, readonly PrivilegeRow[]> = {
  predefined_roles: [
    ['pg_checkpoint', 'admin', '执行检查点', 'Run CHECKPOINT'],
    ['pg_database_owner', 'define', '隐含成员为当前数据库的所有者', 'Its implicit member is the owner of the current database'],
    ['pg_execute_server_program', 'admin', '以数据库服务器身份执行程序', 'Run programs on the server host'],
    ['pg_monitor', 'read', '读取监控视图和统计', 'Read monitoring views and statistics'],
    ['pg_read_all_data', 'read', '读取所有表、视图和序列', 'Read all tables, views and sequences'],
    ['pg_read_all_settings', 'read', '读取所有配置参数', 'Read all settings'],
    ['pg_read_all_stats', 'read', '读取所有统计视图', 'Read all statistics views'],
    ['pg_read_server_files', 'admin', '读取服务器上的文件', 'Read files on the server host'],
    ['pg_signal_backend', 'admin', '终止其他会话', 'End other sessions'],
    ['pg_stat_scan_tables', 'read', '执行可能加锁的监控函数', 'Run monitoring functions that may lock tables'],
    ['pg_write_all_data', 'write', '写入所有表、视图和序列', 'Write to all tables, views and sequences'],
    ['pg_write_server_files', 'admin', '写入服务器上的文件', 'Write files on the server host'],
    ['pg_use_reserved_connections', 'admin', '使用保留的连接', 'Use reserved connection slots', { added: true, min_version: '16' }],
    ['pg_create_subscription', 'admin', '创建订阅', 'Create subscriptions', { added: true, min_version: '16' }],
    ['pg_maintain', 'define', '维护所有表（VACUUM、ANALYZE、REINDEX 等）', 'Maintain all tables (VACUUM, ANALYZE, REINDEX, …)', { added: true, min_version: '17' }],
    ['pg_signal_autovacuum_worker', 'admin', '终止自动清理进程', 'End autovacuum workers', { added: true, min_version: '18' }],
  ],
  role_attributes: [
    ['can_super', 'admin', '超级用户，跳过一切权限检查', 'Superuser: no permission is checked'],
    ['can_create_db', 'admin', '创建数据库', 'Create databases'],
    ['can_create_role', 'admin', '创建、修改、删除角色', 'Create, alter and drop roles'],
    ['can_inherit', 'read', '默认继承所属角色的权限', 'Inherits its roles\' privileges by default'],
    ['can_login', 'read', '可以登录', 'May sign in'],
    ['can_replicate', 'admin', '发起流复制，可读取全部数据', 'Start replication, and so read everything'],
    ['connection_limit', 'read', '并发连接数上限', 'Limit of concurrent connections'],
    ['can_bypass_rls', 'admin', '不受行级安全策略限制', 'Row-level security does not apply'],
  ],
  database_privileges: [
    ['CONNECT', 'read', '连接到数据库', 'Connect to the database'],
    ['CREATE', 'define', '在其中创建对象（模式、表等）', 'Create objects (schemas, tables, …) in it'],
    ['TEMPORARY', 'read', '创建会话临时表', 'Create temporary tables'],
    ['TEMP', 'read', '创建会话临时表', 'Create temporary tables'],
  ],
  tablespace_privileges: [
    ['CREATE', 'define', '在其中创建对象（模式、表等）', 'Create objects (schemas, tables, …) in it'],
    ['USAGE', 'read', '使用其中的对象', 'Use the objects in it'],
  ],
  object_privileges: [
    ['SELECT', 'read', '读取行', 'Read rows', { added: true }],
    ['INSERT', 'write', '插入行', 'Insert rows', { added: true }],
    ['UPDATE', 'write', '修改行', 'Change rows', { added: true }],
    ['DELETE', 'write', '删除行', 'Delete rows', { added: true }],
    ['TRUNCATE', 'write', '清空表', 'Empty tables', { added: true }],
    ['REFERENCES', 'define', '创建外键', 'Create foreign keys', { added: true }],
    ['TRIGGER', 'define', '创建触发器', 'Create triggers', { added: true }],
    ['MAINTAIN', 'define', '维护表（VACUUM、ANALYZE、REINDEX 等）', 'Maintain tables (VACUUM, ANALYZE, REINDEX, …)', { added: true, min_version: '17' }],
    ['USAGE', 'read', '使用其中的对象', 'Use the objects in it', { added: true }],
    ['EXECUTE', 'write', '执行函数和过程', 'Run functions and procedures', { added: true }],
    ['SET', 'admin', '设置该配置参数', 'Set the parameter', { added: true, min_version: '15' }],
    ['ALTER SYSTEM', 'admin', '用 ALTER SYSTEM 修改该参数', 'Change the parameter with ALTER SYSTEM', { added: true, min_version: '15' }],
    ['OWNERSHIP', 'define', '对象所有者：可修改、删除、授权', 'Owner of the object: may alter, drop and grant it', { added: true }],
  ],
};
