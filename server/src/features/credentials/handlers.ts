import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import { businessTime } from '../../clock.ts';
import { type Asker, type Handlers, may } from '../../http/index.ts';
import { refuse } from '../../refusal.ts';
import { createCredential, deleteCredential, type ReplaceCredential, updateCredential } from './change-credentials.ts';
import * as queries from './queries.ts';

/** §10 credentials */
export function credentialsHandlers({ db, vault, clock }: Deps, replace: ReplaceCredential): Handlers<typeof catalogue.credentials> {
  function shown(row: queries.CredentialRow, asker: Pick<Asker, 'user'>, instanceIds: number[] = []) {
    return {
      ...row,
      credential_type: row.credential_type as never,
      db_type: row.db_type as never,
      username: may(asker.user, 'update') ? row.username : null,
      instance_ids: instanceIds,
      category_id: null,
      password: row.has_password ? '********' : '',
      instance_count: row.instance_count ?? 0,
      created_at_display: businessTime(row.created_at, clock.timeZone),
    };
  }
  async function one(id: number, asker: Pick<Asker, 'user'>) {
    const row = await queries.credentialById(db, id);
    if (!row) throw refuse.notFound('credential', id);
    const instances = await queries.instancesOf(db, id);
    return {
      credential: shown(
        row,
        asker,
        instances.map((instance) => instance.id),
      ),
      instances: instances as never[],
    };
  }
  const exists = async ({ params }: { params: { credential_id: number } }) => {
    if (!(await queries.credentialById(db, params.credential_id))) throw refuse.notFound('credential', params.credential_id);
  };
  return {
    detail: exists,
    edit: exists,
    async listCredentials({ query }, asker) {
      const withUsername = may(asker.user, 'update');
      if (query.sort === 'username' && !withUsername) throw refuse.forbidden('update');
      const { items, total } = await queries.credentialPage(db, { ...query, withUsername }, query);
      return {
        items: items.map((row) => shown(row, asker)),
        total,
        page: query.page,
        pages: Math.ceil(total / query.limit),
        limit: query.limit,
      };
    },
    getCredential: ({ params }, asker) => one(params.credential_id, asker),
    async createCredential({ body }, asker) {
      return one(await createCredential(db, vault, asker, body), asker);
    },
    async updateCredential({ params, body }, asker) {
      await updateCredential(db, vault, asker, params.credential_id, body);
      return one(params.credential_id, asker);
    },
    async delete({ params, body }, asker) {
      const replaced = await deleteCredential(db, asker, params.credential_id, body.replace_with ?? null, replace);
      return { credential_id: params.credential_id, replaced_instances: replaced };
    },
  };
}
