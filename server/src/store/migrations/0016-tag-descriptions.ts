import { type Kysely, sql } from 'kysely';

/** The tags that came with the product explain themselves in English too, unless somebody has written their own words since. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table tags add column description_en text`.execute(db);
  const given = Object.entries(TEXTS).map(([name, [zh, en]]) => ({ name, zh, en }));
  await sql`
    update tags t set description_en = g.en
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g (name text, zh text, en text)
    where t.name = g.name and t.description = g.zh`.execute(db);
}

/** As 0006 wrote it, and in English. */
const TEXTS: Record<string, [zh: string, en: string]> = {
  beijing: ['机房或云区域位于北京', 'Data centre or cloud region in Beijing'],
  shanghai: ['机房或云区域位于上海', 'Data centre or cloud region in Shanghai'],
  guangzhou: ['机房或云区域位于广州', 'Data centre or cloud region in Guangzhou'],
  shenzhen: ['机房或云区域位于深圳', 'Data centre or cloud region in Shenzhen'],
  hangzhou: ['机房或云区域位于杭州', 'Data centre or cloud region in Hangzhou'],
  nanjing: ['机房或云区域位于南京', 'Data centre or cloud region in Nanjing'],
  wuhan: ['机房或云区域位于武汉', 'Data centre or cloud region in Wuhan'],
  chengdu: ['机房或云区域位于成都', 'Data centre or cloud region in Chengdu'],
  tech_company: ['归属互联网或软件类公司', 'Belongs to an internet or software company'],
  financial: ['归属银行、证券、保险等机构', 'Belongs to a bank, broker or insurer'],
  manufacturing: ['归属生产制造企业', 'Belongs to a manufacturer'],
  retail: ['归属零售或电商企业', 'Belongs to a retailer or online shop'],
  healthcare: ['归属医院或医药企业', 'Belongs to a hospital or pharmaceutical company'],
  education: ['归属学校或培训机构', 'Belongs to a school or training provider'],
  government: ['归属政府部门', 'Belongs to a government body'],
  nonprofit: ['归属公益或社会组织', 'Belongs to a charity or association'],
  production: ['承载线上业务，变更须审批', 'Carries live business; changes need approval'],
  staging: ['上线之前的最后验证', 'The last check before going live'],
  testing: ['功能与性能测试使用', 'For functional and load tests'],
  development: ['日常开发与联调使用', 'For daily development'],
  demo: ['对外演示与培训使用', 'For demonstrations and training'],
  it_department: ['由信息技术部门负责', 'Looked after by IT'],
  finance_department: ['由财务部门使用', 'Used by finance'],
  hr_department: ['由人力资源部门使用', 'Used by human resources'],
  marketing_department: ['由市场部门使用', 'Used by marketing'],
  sales_department: ['由销售部门使用', 'Used by sales'],
  operations_department: ['由运营部门使用', 'Used by operations'],
  core_system: ['支撑主营业务的系统', 'Carries the main business'],
  data_warehouse: ['汇总历史数据供查询', 'Gathers history for questions'],
  analytics: ['报表与分析任务使用', 'For reports and analysis'],
  mobile_app: ['手机应用的后端数据库', 'Behind a mobile app'],
  web_portal: ['网站与门户的数据库', 'Behind a web site or portal'],
  api_service: ['对外接口服务的数据库', 'Behind an API for others'],
  virtual_machine: ['运行在虚拟机上', 'Runs in a virtual machine'],
  physical_machine: ['独占一台物理服务器', 'Has a physical server to itself'],
  container: ['运行在容器中', 'Runs in a container'],
  serverless: ['由云厂商按用量提供', 'Provided by a cloud by use'],
  cloud_platform: ['部署在公有云上', 'In a public cloud'],
  self_hosted: ['部署在自有机房', 'In our own data centre'],
  hybrid: ['自有机房与公有云并用', 'Own data centre and public cloud together'],
  edge: ['部署在靠近现场的节点', 'On a node close to where it is used'],
  cluster: ['多个节点共同提供服务', 'Several nodes serve together'],
  standalone: ['只有一个节点', 'One node only'],
  master_slave: ['一个主库带若干从库', 'One primary with replicas'],
  master_master: ['多个节点都可写入', 'Several nodes take writes'],
  sharding: ['数据按键分布在多个节点', 'Data spread over nodes by key'],
  replica_set: ['多副本，自动选主', 'Several copies that elect their primary'],
  high_priority: ['出现问题时最先处理', 'First to be looked after when something breaks'],
  backup_required: ['必须纳入备份计划', 'Must be in the backup plan'],
  monitoring: ['已接入监控告警', 'Watched by monitoring'],
  maintenance: ['正在维护，告警可忽略', 'Under maintenance; alerts may be ignored'],
  deprecated: ['等待下线，不再新增使用', 'To be switched off; nothing new goes here'],
};
