import type { catalogue, DbType } from '@whalefall/contract';
import { DEFAULT_ACCOUNT_FILTERS, DEFAULT_DATABASE_FILTERS, type NameFilter } from '@whalefall/engines';
import type { Deps } from '../../assemble.ts';
import { dayRange } from '../../clock.ts';
import type { Handlers } from '../../http/index.ts';
import { audit } from '../../logbook/index.ts';
import { transaction } from '../../store/transaction.ts';
import * as queries from './queries.ts';

type Filters = Record<DbType, NameFilter>;
const DEFAULTS: { account_filters: Filters; database_filters: Filters } = {
  account_filters: DEFAULT_ACCOUNT_FILTERS,
  database_filters: DEFAULT_DATABASE_FILTERS,
};
const KEYS = ['account_filters', 'database_filters'] as const;

/** What administrators may set (beyond the catalogue), and what was changed by whom. */
export function settingsHandlers({
  db,
  clock,
}: Deps): Pick<Handlers<typeof catalogue.main>, 'getSettings' | 'updateSettings' | 'listAuditEvents'> {
  async function shown() {
    const rows = await queries.allSettings(db);
    const value = (key: (typeof KEYS)[number]): Filters => ({
      ...DEFAULTS[key],
      ...(rows.find((row) => row.key === key)?.value as Partial<Filters> | undefined),
    });
    const newest = rows.toSorted((a, b) => b.updated_at.getTime() - a.updated_at.getTime())[0];
    return {
      settings: { account_filters: value('account_filters'), database_filters: value('database_filters') },
      defaults: DEFAULTS,
      updated_at: newest?.updated_at ?? null,
      updated_by: newest?.updated_by ?? null,
    };
  }
  return {
    getSettings: () => shown(),
    async updateSettings({ body }, asker) {
      await transaction(db, async (db) => {
        for (const key of KEYS) {
          const given = body[key];
          if (!given) continue;
          const before = ((await queries.lockSetting(db, key))?.value ?? {}) as Partial<Filters>;
          const next = { ...before, ...given };
          await queries.saveSetting(db, key, next, asker.user.id, asker.now);
          await audit(db, asker, { action: 'update', resource: 'setting', id: key, before, after: next });
        }
      });
      return shown();
    },
    async listAuditEvents({ query }, { now }) {
      const { items, total } = await queries.auditPage(
        db,
        { ...query, ...dayRange(query.date_from, query.date_to, clock.timeZone), until: now },
        query,
      );
      return { items, total, page: query.page, pages: Math.ceil(total / query.limit), limit: query.limit };
    },
  };
}
