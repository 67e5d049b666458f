import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { fileStamp } from '../../../clock.ts';
import { CSV_LIMIT, csvFile, type Handlers } from '../../../http/index.ts';
import { instancePage } from '../../instances/index.ts';

const HEADERS = {
  zh: [
    ...['ID', '实例名称', '数据库类型', '主机地址', '端口', '数据库名', '标签', '状态'],
    ...['描述', '凭据ID', '同步次数', '最后连接时间', '创建时间', '更新时间'],
  ],
  en: [
    ...['ID', 'Name', 'Engine', 'Host', 'Port', 'Database', 'Tags', 'Status'],
    ...['Description', 'Credential ID', 'Syncs', 'Last connected', 'Created', 'Updated'],
  ],
};
const STATUS = { zh: { on: '启用', off: '禁用' }, en: { on: 'enabled', off: 'disabled' } };
const CHUNK = 1000;

const TEMPLATE_HEADER = ['name', 'db_type', 'host', 'port', 'database_name', 'description', 'credential_id'];
/** One for each engine; the import knows them by their names. The addresses are those set apart for examples (RFC 5737). */
const SAMPLES = [
  ['EXAMPLE-mysql-01', 'mysql', '192.0.2.11', 3306, 'inventory'],
  ['EXAMPLE-postgresql-01', 'postgresql', '192.0.2.12', 5432, 'postgres'],
  ['EXAMPLE-sqlserver-01', 'sqlserver', '192.0.2.13', 1433, 'master'],
  ['EXAMPLE-oracle-01', 'oracle', '192.0.2.14', 1521, 'ORCLPDB1'],
];
const SAMPLE_TEXT = { zh: '示例行，导入时会被忽略', en: 'Sample row, the import passes over it' };

/** §26: instances out, and the template for instances in. */
export function fileHandlers({
  db,
  clock,
  log,
}: Deps): Pick<Handlers<typeof catalogue.files>, 'exportInstances' | 'downloadInstancesTemplate'> {
  return {
    async exportInstances({ query }, asker) {
      const { lang: asked, ...filter } = query;
      const lang = asked ?? (asker.locale === 'en' ? 'en' : 'zh');
      async function* rows() {
        let sent = 0;
        for (let page = 1; sent < CSV_LIMIT; page++) {
          const { items } = await instancePage(db, filter, { page, limit: CHUNK, sort: 'name', order: 'asc' });
          for (const item of items) {
            yield [
              ...[item.id, item.name, item.db_type, item.host, item.port, item.database_name],
              item.tags.map((tag) => (lang === 'en' ? (tag.display_name_en ?? tag.display_name) : tag.display_name)),
              item.is_active ? STATUS[lang].on : STATUS[lang].off,
              ...[item.description, item.credential_id, item.sync_count, item.last_connected, item.created_at, item.updated_at],
            ];
            sent++;
          }
          if (items.length < CHUNK) break;
        }
        log.info('files', 'instances exported', { user_id: asker.user.id, rows: sent, filters: filter });
      }
      return csvFile(`instances_export_${fileStamp(asker.now, clock.timeZone)}.csv`, HEADERS[lang], rows(), clock.timeZone);
    },
    async downloadInstancesTemplate(_args, asker) {
      async function* rows() {
        for (const sample of SAMPLES) yield [...sample, asker.locale === 'en' ? SAMPLE_TEXT.en : SAMPLE_TEXT.zh, ''];
      }
      return csvFile('instances_import_template.csv', TEMPLATE_HEADER, rows(), clock.timeZone);
    },
  };
}
