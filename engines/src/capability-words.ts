/** What the capability check says, in words of the reader's language (pure data). */
import type { Capability } from './engine.ts';

interface FeatureWords {
  title: string;
  /** What happens without a need that is required, and without one that is not. */
  without: { required: string; optional: string };
}

export const FEATURE_WORDS: Record<Capability['feature'], { zh: FeatureWords; en: FeatureWords }> = {
  connect: {
    zh: { title: '连接', without: { required: '无法连接。', optional: '连接可用，但有限制。' } },
    en: { title: 'Connecting', without: { required: 'No connection.', optional: 'Connects, with limits.' } },
  },
  version: {
    zh: { title: '版本', without: { required: '无法读取版本。', optional: '版本信息不完整。' } },
    en: { title: 'Version', without: { required: 'The version cannot be read.', optional: 'The version is known in part.' } },
  },
  accounts: {
    zh: { title: '账户', without: { required: '无法读取账户，账户同步会失败。', optional: '部分账户属性读不到。' } },
    en: {
      title: 'Accounts',
      without: { required: 'Accounts cannot be read: their sync fails.', optional: 'Some attributes of accounts are not seen.' },
    },
  },
  privileges: {
    zh: { title: '权限', without: { required: '无法读取权限。', optional: '部分权限读不到，账户详情中标为未读。' } },
    en: {
      title: 'Privileges',
      without: { required: 'Privileges cannot be read.', optional: 'Some privileges are not seen; the accounts say which.' },
    },
  },
  sizes: {
    zh: { title: '容量', without: { required: '无法读取容量，或数值不可信。', optional: '部分容量读不到。' } },
    en: { title: 'Sizes', without: { required: 'Sizes cannot be read or not be trusted.', optional: 'Some sizes are not seen.' } },
  },
};

/** Needs that are said in words; those that are names alone (`SELECT ON mysql.user`) are the same in every language. */
const NEEDS_ZH: Record<string, string> = {
  'CONNECT ON every database': '每个数据库上的 CONNECT',
  'pg_read_all_stats, or CONNECT ON every database': 'pg_read_all_stats，或每个数据库上的 CONNECT',
  'CONNECT in every database': '每个数据库中的 CONNECT',
};

/** `needs` or `lacks` of a capability in Chinese. */
export const needsInChinese = (text: string): string => NEEDS_ZH[text] ?? text;
