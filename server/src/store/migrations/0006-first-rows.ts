import { type Kysely, sql } from 'kysely';

/**
 * The rows that a new installation begins with. Given once, by this step: what an administrator renames or removes later
 * stays renamed or removed. (The privilege names follow the program's version and are brought up to date by seed.ts.)
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into database_type_configs (name, display_name, driver, default_port, default_schema, color, features, description, is_system, sort_order)
    select name, display_name, driver, default_port, default_schema, color, features, description, true, sort_order
    from jsonb_to_recordset(${JSON.stringify(databaseTypes)}::jsonb)
      as given (name text, display_name text, driver text, default_port int, default_schema text, color text, features jsonb, description text, sort_order int)
    on conflict (name) do nothing`.execute(db);

  const tagRows = Object.entries(tags).flatMap(([category, rows]) =>
    rows.map(([name, display_name, display_name_en, color, description], index) => ({
      ...{ category, name, display_name, display_name_en, color, description, sort_order: index + 1 },
    })),
  );
  await sql`
    insert into tags (category, name, display_name, display_name_en, color, description, sort_order)
    select category, name, display_name, display_name_en, color, description, sort_order
    from jsonb_to_recordset(${JSON.stringify(tagRows)}::jsonb)
      as given (category text, name text, display_name text, display_name_en text, color text, description text, sort_order int)
    on conflict (lower(name)) do nothing`.execute(db);

  await sql`
    insert into account_classifications (id, name, name_en, risk_level, color, icon_name, priority, description, description_en, is_system)
    select id, name, name_en, risk_level, color, icon_name, priority, description, description_en, true
    from jsonb_to_recordset(${JSON.stringify(classifications)}::jsonb)
      as given (id int, name text, name_en text, risk_level text, color text, icon_name text, priority int, description text, description_en text)
    on conflict do nothing`.execute(db);
  await sql`select setval(pg_get_serial_sequence('account_classifications', 'id'), 8)`.execute(db);
}

const databaseTypes = [
  {
    ...{
      name: 'mysql',
      display_name: 'MySQL',
      driver: 'mysql2',
      default_port: 3306,
      default_schema: 'mysql',
      color: 'primary',
      sort_order: 1,
    },
    ...{ features: ['replication', 'partitioning', 'json'], description: 'MySQL 与 MariaDB' },
  },
  {
    ...{ name: 'postgresql', display_name: 'PostgreSQL', driver: 'pg', default_port: 5432, default_schema: 'postgres', color: 'info' },
    ...{ features: ['jsonb', 'arrays', 'full_text_search'], description: 'PostgreSQL', sort_order: 2 },
  },
  {
    ...{ name: 'sqlserver', display_name: 'SQL Server', driver: 'mssql', default_port: 1433, default_schema: 'master', color: 'danger' },
    ...{ features: ['clustering', 'mirroring', 'always_on'], description: 'Microsoft SQL Server', sort_order: 3 },
  },
  {
    ...{ name: 'oracle', display_name: 'Oracle', driver: 'oracledb', default_port: 1521, default_schema: 'orcl', color: 'warning' },
    ...{ features: ['rac', 'asm', 'flashback'], description: 'Oracle Database', sort_order: 4 },
  },
];

/** name, name in Chinese, name in English, colour key, one line of explanation */
type Tag = [string, string, string, string, string];

const tags: Record<string, Tag[]> = {
  location: [
    ['beijing', '北京', 'Beijing', 'primary', '机房或云区域位于北京'],
    ['shanghai', '上海', 'Shanghai', 'info', '机房或云区域位于上海'],
    ['guangzhou', '广州', 'Guangzhou', 'success', '机房或云区域位于广州'],
    ['shenzhen', '深圳', 'Shenzhen', 'warning', '机房或云区域位于深圳'],
    ['hangzhou', '杭州', 'Hangzhou', 'secondary', '机房或云区域位于杭州'],
    ['nanjing', '南京', 'Nanjing', 'dark', '机房或云区域位于南京'],
    ['wuhan', '武汉', 'Wuhan', 'primary', '机房或云区域位于武汉'],
    ['chengdu', '成都', 'Chengdu', 'info', '机房或云区域位于成都'],
  ],
  company_type: [
    ['tech_company', '科技公司', 'Technology company', 'primary', '归属互联网或软件类公司'],
    ['financial', '金融机构', 'Financial institution', 'warning', '归属银行、证券、保险等机构'],
    ['manufacturing', '制造业', 'Manufacturing', 'secondary', '归属生产制造企业'],
    ['retail', '零售业', 'Retail', 'success', '归属零售或电商企业'],
    ['healthcare', '医疗健康', 'Healthcare', 'info', '归属医院或医药企业'],
    ['education', '教育培训', 'Education', 'primary', '归属学校或培训机构'],
    ['government', '政府机构', 'Government', 'dark', '归属政府部门'],
    ['nonprofit', '非营利组织', 'Non-profit', 'secondary', '归属公益或社会组织'],
  ],
  environment: [
    ['production', '生产环境', 'Production', 'danger', '承载线上业务，变更须审批'],
    ['staging', '预发布环境', 'Staging', 'warning', '上线之前的最后验证'],
    ['testing', '测试环境', 'Testing', 'info', '功能与性能测试使用'],
    ['development', '开发环境', 'Development', 'success', '日常开发与联调使用'],
    ['demo', '演示环境', 'Demo', 'secondary', '对外演示与培训使用'],
  ],
  department: [
    ['it_department', 'IT部门', 'IT', 'primary', '由信息技术部门负责'],
    ['finance_department', '财务部门', 'Finance', 'warning', '由财务部门使用'],
    ['hr_department', '人力资源', 'Human resources', 'info', '由人力资源部门使用'],
    ['marketing_department', '市场部门', 'Marketing', 'success', '由市场部门使用'],
    ['sales_department', '销售部门', 'Sales', 'danger', '由销售部门使用'],
    ['operations_department', '运营部门', 'Operations', 'secondary', '由运营部门使用'],
  ],
  project: [
    ['core_system', '核心系统', 'Core system', 'danger', '支撑主营业务的系统'],
    ['data_warehouse', '数据仓库', 'Data warehouse', 'primary', '汇总历史数据供查询'],
    ['analytics', '数据分析', 'Analytics', 'info', '报表与分析任务使用'],
    ['mobile_app', '移动应用', 'Mobile app', 'success', '手机应用的后端数据库'],
    ['web_portal', 'Web门户', 'Web portal', 'warning', '网站与门户的数据库'],
    ['api_service', 'API服务', 'API service', 'secondary', '对外接口服务的数据库'],
  ],
  virtualization: [
    ['virtual_machine', '虚拟机', 'Virtual machine', 'info', '运行在虚拟机上'],
    ['physical_machine', '物理机', 'Physical machine', 'success', '独占一台物理服务器'],
    ['container', '容器', 'Container', 'primary', '运行在容器中'],
    ['serverless', '无服务器', 'Serverless', 'warning', '由云厂商按用量提供'],
  ],
  deployment: [
    ['cloud_platform', '云平台', 'Cloud', 'primary', '部署在公有云上'],
    ['self_hosted', '自建', 'Self-hosted', 'warning', '部署在自有机房'],
    ['hybrid', '混合云', 'Hybrid cloud', 'info', '自有机房与公有云并用'],
    ['edge', '边缘计算', 'Edge', 'secondary', '部署在靠近现场的节点'],
  ],
  architecture: [
    ['cluster', '群集', 'Cluster', 'danger', '多个节点共同提供服务'],
    ['standalone', '单机', 'Standalone', 'success', '只有一个节点'],
    ['master_slave', '主从', 'Primary and replica', 'warning', '一个主库带若干从库'],
    ['master_master', '主主', 'Multi-primary', 'info', '多个节点都可写入'],
    ['sharding', '分片', 'Sharded', 'primary', '数据按键分布在多个节点'],
    ['replica_set', '副本集', 'Replica set', 'secondary', '多副本，自动选主'],
  ],
  other: [
    ['high_priority', '高优先级', 'High priority', 'danger', '出现问题时最先处理'],
    ['backup_required', '需要备份', 'Backup required', 'warning', '必须纳入备份计划'],
    ['monitoring', '监控中', 'Monitored', 'info', '已接入监控告警'],
    ['maintenance', '维护中', 'In maintenance', 'secondary', '正在维护，告警可忽略'],
    ['deprecated', '已废弃', 'Deprecated', 'dark', '等待下线，不再新增使用'],
  ],
};

const classifications = [
  {
    ...{ id: 7, name: '特权账户', name_en: 'Privileged', risk_level: 'critical', color: 'danger', icon_name: 'fa-crown', priority: 90 },
    ...{
      description: '管理员或系统账户，掌握整台服务器',
      description_en: 'Administrators and system accounts in control of the whole server',
    },
  },
  {
    ...{ id: 2, name: '敏感账户', name_en: 'Sensitive', risk_level: 'high', color: 'warning', icon_name: 'fa-shield-alt', priority: 80 },
    ...{ description: '能把权限交给别人的账户', description_en: 'Accounts that can hand privileges to others' },
  },
  {
    ...{
      id: 4,
      name: '风险账户',
      name_en: 'Risky',
      risk_level: 'medium',
      color: 'info',
      icon_name: 'fa-exclamation-triangle',
      priority: 70,
    },
    ...{ description: '能删除库、表或数据的账户', description_en: 'Accounts that can drop databases or tables, or delete data' },
  },
  {
    ...{ id: 8, name: '普通账户', name_en: 'Ordinary', risk_level: 'low', color: 'secondary', icon_name: 'fa-user', priority: 60 },
    ...{ description: '日常使用、权限有限的账户', description_en: 'Everyday accounts with limited privileges' },
  },
  {
    ...{ id: 5, name: '只读用户', name_en: 'Read-only', risk_level: 'low', color: 'success', icon_name: 'fa-eye', priority: 50 },
    ...{ description: '只能读取数据的账户', description_en: 'Accounts that can only read data' },
  },
];
