import { type catalogue, DB_TYPES, type DbType } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { addDays, startOfDay, today } from '../../../clock.ts';
import type { Handlers } from '../../../http/index.ts';
import { colorOf } from '../../tags/index.ts';
import * as queries from '../queries/statistics.ts';

const DAYS = 30;
const TOP = 10;
const RISKS = ['low', 'medium', 'high', 'critical'] as const;
type Totals = Awaited<ReturnType<typeof queries.accountTotals>>;

/** total = active + deleted, active = normal + locked. */
const figures = (row: Totals[number] | undefined) => {
  const { total = 0, active = 0, locked = 0 } = row ?? {};
  return { total, active, normal: active - locked, locked, deleted: total - active };
};
const byType = (rows: Totals) =>
  Object.fromEntries(DB_TYPES.map((type) => [type, figures(rows.find((row) => row.db_type === type))])) as Record<
    DbType,
    ReturnType<typeof figures>
  >;

function summary(rows: Totals, instances: Awaited<ReturnType<typeof queries.instanceTotals>>) {
  const sum = (key: 'total' | 'active' | 'locked') => rows.reduce((n, row) => n + row[key], 0);
  const [total, active, locked] = [sum('total'), sum('active'), sum('locked')];
  return {
    ...{ total_accounts: total, active_accounts: active, locked_accounts: locked },
    ...{ normal_accounts: active - locked, deleted_accounts: total - active },
    total_instances: instances.active + instances.disabled + instances.deleted,
    active_instances: instances.active,
    disabled_instances: instances.disabled,
    normal_instances: instances.normal,
    deleted_instances: instances.deleted,
  };
}

const byClass = (rows: Awaited<ReturnType<typeof queries.classTotals>>, locale: string) =>
  Object.fromEntries(
    rows.map((row) => [
      row.name,
      {
        id: row.id,
        account_count: Object.values(row.db_types).reduce((n, one) => n + one, 0),
        color: colorOf(row.color).value,
        color_key: row.color ?? 'info',
        color_value: colorOf(row.color).value,
        display_name: (locale === 'en' ? row.name_en : null) ?? row.name,
        risk_level: row.risk_level,
        priority: row.priority,
        db_types: row.db_types,
      },
    ]),
  );

/** §3 accounts/statistics: the ledger in figures; roles and PUBLIC are no accounts. */
export function accountStatisticsHandlers({ db, clock }: Deps): Handlers<typeof catalogue.accountsStatistics> {
  return {
    async getAccountStatistics(_args, { locale }) {
      const last = today(clock);
      const first = addDays(last, 1 - DAYS);
      const [totals, instances, classes, risks, top, changes] = await Promise.all([
        queries.accountTotals(db, {}),
        queries.instanceTotals(db, {}),
        queries.classTotals(db),
        queries.riskTotals(db),
        queries.topPrivileged(db, TOP),
        queries.changesByDay(db, startOfDay(first, clock.timeZone), clock.timeZone),
      ]);
      const days = new Map(changes.map((row) => [row.date, row]));
      const sums = summary(totals, instances);
      return {
        stats: {
          ...sums,
          database_instances: sums.total_instances,
          db_type_stats: byType(totals),
          classification_stats: byClass(classes, locale),
          unclassified_count: risks.find((row) => row.risk === null)?.n ?? 0,
          unread: totals.reduce((n, row) => n + row.unread, 0),
          risk_levels: Object.fromEntries(RISKS.map((level, i) => [level, risks.find((row) => row.risk === i + 1)?.n ?? 0])),
          top_privileged: top.map((row) => ({ ...row, db_type: row.db_type as DbType })),
          changes_30d: Array.from({ length: DAYS }, (_, i) => {
            const date = addDays(first, i);
            const { added = 0, changed = 0, removed = 0 } = days.get(date) ?? {};
            return { date, added, changed, removed };
          }),
        },
      };
    },
    async getAccountStatisticsSummary({ query }) {
      const [totals, instances] = await Promise.all([queries.accountTotals(db, query), queries.instanceTotals(db, query)]);
      return summary(totals, instances);
    },
    async getAccountStatisticsByDbType() {
      return byType(await queries.accountTotals(db, {}));
    },
    async getAccountStatisticsByClassification(_args, { locale }) {
      return byClass(await queries.classTotals(db), locale);
    },
  };
}
