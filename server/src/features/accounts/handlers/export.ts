import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { fileStamp } from '../../../clock.ts';
import { CSV_LIMIT, csvFile, type Handlers } from '../../../http/index.ts';
import { ledgerAfter, type LedgerRow } from '../queries/ledger.ts';

const HEADERS = {
  zh: [
    '名称',
    '实例名称',
    'IP地址',
    '标签',
    '数据库类型',
    '分类',
    '锁定状态',
    '超级用户',
    '插件',
    '账户状态',
    '最后同步时间',
    '最后变更时间',
  ],
  en: [
    'Name',
    'Instance',
    'Host',
    'Tags',
    'Engine',
    'Classes',
    'State',
    'Superuser',
    'Plugin',
    'Account status',
    'Last sync',
    'Last change',
  ],
};
const WORDS = {
  zh: { normal: '正常', locked: '已锁定', disabled: '已禁用', none: '未分类', yes: '是', no: '否' },
  en: { normal: 'normal', locked: 'locked', disabled: 'disabled', none: 'unclassified', yes: 'yes', no: 'no' },
};
/** A few megabytes at a time. */
const CHUNK = 5000;

/** §26 files: exactly what the ledger shows, read as it is sent. */
export function accountExportHandler({ db, clock, log }: Deps): Pick<Handlers<typeof catalogue.files>, 'exportAccounts'> {
  return {
    async exportAccounts({ query }, asker) {
      const lang = query.lang ?? (asker.locale === 'en' ? 'en' : 'zh');
      const words = WORDS[lang];
      async function* rows() {
        let sent = 0;
        const read = (last: { username: string; id: number } | null) => ledgerAfter(db, query, last, CHUNK, lang === 'en' ? 'en' : 'zh-CN');
        for (let next: ReturnType<typeof read> | null = read(null); next && sent < CSV_LIMIT;) {
          const items: LedgerRow[] = await next;
          // The next are read while these are written; until they are awaited nobody else hears of a fault.
          next = items.length < CHUNK ? null : read(items.at(-1)!);
          next?.catch(() => undefined);
          for (const item of items) {
            const state = !item.is_locked ? words.normal : item.db_type === 'sqlserver' ? words.disabled : words.locked;
            yield [
              item.username,
              item.instance_name,
              item.instance_host,
              item.tags,
              item.db_type.toUpperCase(),
              item.classifications.map((c) => c.name).join(', ') || words.none,
              state,
              item.is_superuser ? words.yes : words.no,
              item.plugin,
              item.account_status,
              item.last_sync_time,
              item.last_change_time,
            ];
            sent++;
          }
        }
        log.info('files', 'accounts exported', { user_id: asker.user.id, rows: sent, filters: query });
      }
      return csvFile(`accounts_export_${fileStamp(asker.now, clock.timeZone)}.csv`, HEADERS[lang], rows(), clock.timeZone);
    },
  };
}
