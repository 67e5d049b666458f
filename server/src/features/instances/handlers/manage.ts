import type { catalogue, DbType } from '@whalefall/contract';
import { type Capability, FEATURE_WORDS, needsInChinese } from '@whalefall/engines';
import type { Deps } from '../../../assemble.ts';
import { answer, type Asker, type Handlers, may } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { shownTag, tagsOfInstances } from '../../tags/index.ts';
import { createInstance, updateInstance } from '../change-instances.ts';
import type { Warning } from '../check-instances.ts';
import * as queries from '../queries.ts';
import { instancePage } from '../queries/list.ts';

type Manage = Handlers<typeof catalogue.instancesManage>;
type Detail = Handlers<typeof catalogue.instancesDetail>;

/** §15 instances/manage (list, read, create) and §13's edit. Deletes and import are the fleet's, accounts the accounts'. */
export function instanceHandlers(deps: Deps): {
  manage: Pick<Manage, 'listInstancesData' | 'getInstanceDetail' | 'createInstance'>;
  detail: Pick<Detail, 'detail' | 'edit' | 'updateInstanceDetail' | 'getInstanceCapabilities'>;
} {
  const { db, vault } = deps;
  const later = (a: Date | null, b: Date | null) => (a && b ? (a > b ? a : b) : (a ?? b));

  async function shown(id: number, asker: Pick<Asker, 'user'>) {
    const row = await queries.instanceById(db, id);
    if (!row) throw refuse.notFound('instance', id);
    const tags = await tagsOfInstances(db, [id]);
    const admin = may(asker.user, 'update');
    const instance = {
      id: row.id,
      name: row.name,
      db_type: row.db_type as DbType,
      host: row.host,
      port: row.port,
      database_name: row.database_name,
      database_version: row.database_version,
      main_version: row.main_version,
      detailed_version: row.detailed_version,
      credential_id: row.credential_id,
      description: row.description,
      tags: tags.map(shownTag),
      is_active: row.is_active,
      sync_enabled: row.sync_enabled,
      connection_options: shownOptions(row.connection_options, admin),
      last_connected: row.last_connected,
      created_at: row.created_at,
      updated_at: row.updated_at,
      status: (row.is_active ? 'active' : 'inactive') as 'active',
      sync_count: row.sync_count,
      last_sync_time: later(row.accounts_synced_at, row.sizes_synced_at),
      last_account_sync: row.accounts_synced_at,
      last_capacity_sync: row.sizes_synced_at,
      last_test_at: row.last_test_at,
      last_test_ok: row.last_test_ok,
      last_test_error_code: row.last_test_error_code as never,
      last_test_latency_ms: row.last_test_latency_ms,
      ...(row.credential_id !== null && row.credential_name !== null
        ? {
            credential: {
              id: row.credential_id,
              name: row.credential_name,
              username: admin ? row.credential_username : null,
              password: '********',
              credential_type: row.credential_type!,
            },
          }
        : {}),
    };
    return { instance };
  }
  const withWarnings = async (id: number, asker: Asker, warnings: Warning[], status?: number) =>
    answer(await shown(id, asker), { ...(status ? { status } : {}), ...(warnings.length > 0 ? { meta: { warnings } } : {}) });
  const exists = async ({ params }: { params: { instance_id: number } }) => {
    if (!(await queries.targetRow(db, params.instance_id))) throw refuse.notFound('instance', params.instance_id);
  };
  return {
    manage: {
      async listInstancesData({ query }) {
        const { items, total } = await instancePage(db, query, query);
        const shownItems = items.map((item) => ({
          ...item,
          db_type: item.db_type as DbType,
          description: item.description ?? '',
          last_test_error_code: item.last_test_error_code as never,
        }));
        return { items: shownItems, total, page: query.page, pages: Math.ceil(total / query.limit), limit: query.limit };
      },
      getInstanceDetail: ({ params }, asker) => shown(params.instance_id, asker),
      async createInstance({ body }, asker) {
        const { id, warnings } = await createInstance(db, vault, asker, body);
        return withWarnings(id, asker, warnings);
      },
    },
    detail: {
      detail: exists,
      edit: exists,
      async getInstanceCapabilities({ params }, { user, locale }) {
        await exists({ params });
        const rows = await queries.capabilitiesOf(db, params.instance_id);
        const said = (text: string): string => (locale === 'en' ? text : needsInChinese(text));
        const items = rows.map((row) => {
          const feature = row.feature as Capability['feature'];
          const { title, without } = FEATURE_WORDS[feature][locale === 'en' ? 'en' : 'zh'];
          return {
            ...row,
            feature,
            title,
            needs: said(row.needs),
            lacks: row.lacks === null ? null : said(row.lacks),
            effect: row.has ? null : row.required ? without.required : without.optional,
            // The statement names the login, which only those who may change instances are shown.
            grant: may(user, 'update') ? row.grant : null,
          };
        });
        return { checked_at: rows[0]?.checked_at ?? null, items };
      },
      async updateInstanceDetail({ params, body }, asker) {
        return withWarnings(params.instance_id, asker, await updateInstance(db, vault, asker, params.instance_id, body));
      },
    },
  };
}

/** A wallet is a secret, the rest is not. */
function shownOptions(options: unknown, admin: boolean): Record<string, unknown> {
  const { wallet, ...rest } = (options ?? {}) as Record<string, unknown>;
  return wallet && admin ? { ...rest, has_wallet: true } : rest;
}
