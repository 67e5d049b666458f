import { type catalogue, DB_TYPES, type DbType } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { keptUnder } from '../../../cache/kept.ts';
import { businessTime, dayRange } from '../../../clock.ts';
import type { Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { targetRow } from '../../instances/index.ts';
import { activeTags, colorOf } from '../../tags/index.ts';
import { type PackedChange, unpackChanges } from '../pack-changes.ts';
import { permissionsOf, syncError } from '../permissions.ts';
import { type Answers, listAccess } from '../list-access.ts';
import * as queries from '../queries/accounts.ts';
import * as ledger from '../queries/ledger.ts';

type Account = Handlers<typeof catalogue.account>;
type Detail = Handlers<typeof catalogue.instancesDetail>;
type Manage = Handlers<typeof catalogue.instancesManage>;
const ENGINES: Record<DbType, { label: string; color: string }> = {
  mysql: { label: 'MySQL', color: 'primary' },
  postgresql: { label: 'PostgreSQL', color: 'info' },
  sqlserver: { label: 'SQL Server', color: 'danger' },
  oracle: { label: 'Oracle', color: 'warning' },
};

/** §2 account, and the account routes of §13 and §15. */
export function accountHandlers({ db, cache, clock }: Deps): {
  account: Account;
  detail: Pick<Detail, 'getAccountPermissions' | 'getAccountChangeHistory'>;
  manage: Pick<Manage, 'listInstanceAccounts'>;
} {
  const { timeZone } = clock;
  const answers: Answers = new Map();
  async function found(id: number, instanceId?: number) {
    const row = await queries.accountById(db, id);
    if (!row || (instanceId !== undefined && row.instance_id !== instanceId)) throw refuse.notFound('account', id);
    return row;
  }
  return {
    account: {
      async listAccountsByType({ params }) {
        if (params.db_type === 'all') return { redirect: '/account/' };
        if (!DB_TYPES.includes(params.db_type as DbType)) throw refuse.notFound('page', params.db_type);
      },
      async getAccountPermissions({ params, query }, asker) {
        return permissionsOf({ db, cache }, await found(params.account_id), query, asker, timeZone);
      },
      listAccess: ({ query }) => listAccess(db, answers, query),
      async listAccountsData({ query }, { locale }) {
        const byEngine = isByEngineOnly(query);
        const kept = keptUnder({ db, cache }, ledger.LEDGER_TABLES);
        const others = Promise.all([ledger.classOptions(db, locale), activeTags(db, undefined)]);
        others.catch(() => undefined);
        const counts = Promise.all([kept(ledger.ledgerStats(db)), byEngine ? [] : kept(ledger.ledgerTotal(db, query))]);
        // Where the tabs have counted what is listed, the page need not wait for them; for a search the number decides the way.
        const unsearched = query.search ? null : ledger.ledgerPage(db, query, query, locale);
        unsearched?.catch(() => undefined);
        const [stats, counted] = await counts;
        const ofEngine = stats
          .filter((row) => query.db_type === undefined || row.db_type === query.db_type)
          .reduce((n, row) => n + row.n, 0);
        // Without other filters the tabs have counted already what the list would count again.
        const total = byEngine ? ofEngine : counted[0]!.n;
        const items = await (unsearched ?? ledger.ledgerPage(db, query, query, locale, ledger.searchWay(total, ofEngine, query)));
        const [classes, tags] = await others;
        return {
          items: items.map(ledgerItem),
          total,
          page: query.page,
          pages: Math.ceil(total / query.limit),
          limit: query.limit,
          stats: {
            total: stats.reduce((n, row) => n + row.n, 0),
            mysql: 0,
            postgresql: 0,
            oracle: 0,
            sqlserver: 0,
            ...Object.fromEntries(stats.map((row) => [row.db_type, row.n])),
          },
          filter_options: {
            db_types: DB_TYPES.map((value) => ({ value, ...ENGINES[value], icon: 'fa-database' })),
            classifications: [
              { value: 'all', label: locale === 'en' ? 'All classes' : '全部分类' },
              ...classes.map((c) => ({ value: String(c.id), label: c.name, color: colorOf(c.color).value })),
            ],
            tags: tags.map((tag) => ({ value: tag.name, label: tag.display_name, color: tag.color, category: tag.category })),
          },
        };
      },
    },
    detail: {
      async getAccountPermissions({ params, query }, asker) {
        return permissionsOf({ db, cache }, await found(params.account_id, params.instance_id), query, asker, timeZone);
      },
      async getAccountChangeHistory({ params, query }, { locale }) {
        const row = await found(params.account_id, params.instance_id);
        const { items, total } = await queries.changeHistory(
          db,
          row,
          { ...query, ...dayRange(query.from, query.to, timeZone) } as queries.HistoryFilter,
          query,
        );
        const history = items.map((item) => ({
          id: item.id,
          change_type: item.change_type as 'add',
          change_time: businessTime(item.change_time, timeZone),
          change_time_iso: item.change_time,
          status: item.status,
          message: (locale === 'en' ? item.message_en : null) ?? item.message ?? '',
          privilege_diff: unpackChanges((item.privilege_diff ?? []) as unknown as PackedChange[]),
          other_diff: (item.other_diff ?? []) as never[],
          session_id: item.session_id,
        }));
        const before = query.before_id === undefined ? (query.page - 1) * query.limit : 0;
        return {
          account: { id: row.id, username: row.username, db_type: row.db_type as DbType },
          history,
          total,
          has_more: query.before_id === undefined ? before + items.length < total : items.length === query.limit,
        };
      },
    },
    manage: {
      async listInstanceAccounts({ params, query }, { locale }) {
        const instance = await targetRow(db, params.instance_id);
        if (!instance) throw refuse.notFound('instance', params.instance_id);
        // Unpaged unless asked for pages, as the catalogue has it.
        const limit = query.limit ?? (query.page === undefined ? null : 20);
        const page = query.page ?? 1;
        const [{ items, total }, stats] = await Promise.all([
          queries.instanceAccounts(db, params.instance_id, query, { page, limit, sort: query.sort, order: query.order }),
          queries.instanceAccountStats(db, params.instance_id),
        ]);
        const classes =
          items.length === 0
            ? []
            : await queries.classesOf(
                db,
                items.map((item) => item.id),
                locale,
              );
        const byAccount = Map.groupBy(classes, (c) => c.account_id);
        const accounts = items.map((item) => {
          const own = (item.type_specific ?? {}) as Record<string, never>;
          return {
            id: item.id,
            username: item.username,
            db_type: item.db_type as DbType,
            is_superuser: item.is_superuser,
            is_locked: item.is_locked,
            is_deleted: !item.is_active,
            is_role: item.is_role || item.is_public,
            last_change_time: item.last_change_time,
            last_change_type: item.last_change_type,
            last_sync_time: item.last_sync_time,
            first_seen_at: item.first_seen_at,
            last_seen_at: item.last_seen_at,
            deleted_at: item.deleted_at,
            read_state: item.read_state,
            sync_error: syncError(item, locale),
            type_specific: own,
            server_roles: item.server_roles as string[] | null,
            server_permissions: item.server_permissions as string[] | null,
            database_roles: item.database_roles as never,
            database_permissions: item.database_permissions as never,
            ...engineFields(item.db_type as DbType, own),
            classifications: (byAccount.get(item.id) ?? []).map((c) => ({ id: c.id, name: c.name, color: colorOf(c.color).value })),
          };
        });
        return {
          accounts,
          ...(limit === null ? {} : { items: accounts }),
          total,
          page,
          pages: limit === null ? 1 : Math.ceil(total / limit),
          limit: limit ?? total,
          stats,
          last_sync_time: items[0]?.last_sync_time ?? null,
        };
      },
    },
  };
}

/** Is nothing asked of the ledger but an engine? Then its tabs count what it lists. */
function isByEngineOnly(query: ledger.LedgerFilter & Record<string, unknown>): boolean {
  const { page: _, limit: __, sort: ___, order: ____, format: _____, db_type: ______, ...filter } = query;
  const { tags, include_deleted, include_roles, only_deleted, ...narrowing } = filter;
  const wider = include_deleted || include_roles || only_deleted;
  // False is an answer to "locked?", not the absence of a question.
  return !wider && tags.length === 0 && Object.values(narrowing).every((value) => value === undefined || value === '');
}

/** The original's engine columns of an account row (20 §8.3, A1). */
function engineFields(dbType: DbType, own: Record<string, unknown>) {
  const text = (key: string) => (own[key] as string | null | undefined) ?? null;
  if (dbType === 'mysql') return { host: text('host') ?? '%', plugin: text('plugin') ?? '' };
  if (dbType === 'sqlserver') return { password_change_time: text('password_change_time') };
  if (dbType === 'oracle')
    return {
      oracle_id: (own.oracle_id as number | undefined) ?? null,
      authentication_type: text('authentication_type'),
      account_status: text('account_status'),
      lock_date: text('lock_date'),
      expiry_date: text('expiry_date'),
      default_tablespace: text('default_tablespace'),
      created: text('created'),
    };
  return {};
}

/** A row of the ledger as the contract shows it. */
function ledgerItem(row: ledger.LedgerRow) {
  return {
    ...row,
    db_type: row.db_type as DbType,
    is_deleted: !row.is_active,
    classifications: row.classifications.map((c) => ({ ...c, color: colorOf(c.color).value })),
  };
}
