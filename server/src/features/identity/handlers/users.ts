import type { catalogue, Role } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { businessDate } from '../../../clock.ts';
import type { Asker, Handlers } from '../../../http/index.ts';
import { may } from '../../../http/index.ts';
import { nameKey } from '../../../http/limits.ts';
import * as sessions from '../../../http/queries.ts';
import { audit } from '../../../logbook/index.ts';
import { Refusal, refuse } from '../../../refusal.ts';
import { uniqueViolation } from '../../../store/errors.ts';
import { randomToken, sha256 } from '../../../vault/secrets.ts';
import { createUser, deleteUser, updateUser } from '../manage-users.ts';
import * as queries from '../queries.ts';

const ROLE_NAMES: Record<Role, { 'zh-CN': string; en: string }> = {
  admin: { 'zh-CN': '管理员', en: 'Administrator' },
  user: { 'zh-CN': '普通用户', en: 'User' },
  viewer: { 'zh-CN': '查看者', en: 'Viewer' },
};

/** §25 users */
export function usersHandlers({ db, clock }: Deps): Handlers<typeof catalogue.users> {
  type Row = NonNullable<queries.UserRow>;

  /** Sign-in and lock state are for administrators only. */
  async function shown(rows: readonly Row[], asker: Asker) {
    const admin = may(asker.user, 'admin');
    const locked =
      admin && rows.length > 0
        ? await sessions.lockedNames(
            db,
            rows.map((row) => nameKey(row.username)),
            asker.now,
          )
        : [];
    const lockedUntil = new Map(locked.map((row) => [row.name_key, row.locked_until]));
    return rows.map((row) => {
      const created = businessDate(row.created_at, clock.timeZone);
      return {
        id: row.id,
        username: row.username,
        role: row.role as Role,
        role_display: ROLE_NAMES[row.role as Role][asker.locale],
        created_at: created,
        created_at_display: created,
        created_at_iso: row.created_at,
        last_login: admin ? row.last_login : null,
        is_active: row.is_active,
        must_change_password: admin && row.must_change_password,
        locked_until: admin ? (lockedUntil.get(nameKey(row.username)) ?? null) : null,
        can_delete: admin && row.id !== asker.user.id,
      };
    });
  }
  const one = async (row: Row, asker: Asker) => ({ user: (await shown([row], asker))[0]! });

  return {
    async listUsers({ query }, asker) {
      const { items, total } = await queries.userPage(db, query, query);
      return { items: await shown(items, asker), total, page: query.page, pages: Math.ceil(total / query.limit), limit: query.limit };
    },
    async getUser({ params }, asker) {
      const row = await queries.userById(db, params.user_id);
      if (!row) throw refuse.notFound('user', params.user_id);
      return one(row, asker);
    },
    async createUser({ body }, asker) {
      return one(await createUser(db, asker, body), asker);
    },
    async updateUser({ params, body }, asker) {
      return one(await updateUser(db, asker, params.user_id, body), asker);
    },
    async deleteUser({ params }, asker) {
      await deleteUser(db, asker, params.user_id);
    },
    async getUserStats(_args, asker) {
      const stats = await queries.userStats(db);
      if (!may(asker.user, 'admin')) return { ...stats, locked: null };
      const names = await queries.allUsernames(db);
      const locked = await sessions.lockedNames(
        db,
        names.map((row) => nameKey(row.username)),
        asker.now,
      );
      return { ...stats, locked: locked.length };
    },
    async listPersonalTokens(_args, { user }) {
      return { tokens: (await sessions.listPersonalTokens(db, user.id)) as never };
    },
    async createPersonalToken({ body }, asker) {
      const { user, now } = asker;
      // One that leaked would outlive its own end, and its owner's revoking it, in the tokens it made.
      if (user.via === 'bearer' && user.sessionId === null)
        throw new Refusal('PERMISSION_DENIED', {
          text: { zh: '个人访问令牌不能创建令牌，请登录后创建', en: 'A personal token cannot make another: sign in to make one' },
        });
      const token = `wfp_${randomToken()}`;
      const role = weaker(body.role ?? user.role, user.role);
      const expires = body.expires_in_days === null ? null : new Date(now.getTime() + body.expires_in_days * 86_400_000);
      const row = await sessions
        .insertPersonalToken(db, {
          user_id: user.id,
          name: body.name,
          role,
          token_hash: sha256(token),
          created_at: now,
          expires_at: expires,
        })
        .catch((error: unknown) => {
          throw uniqueViolation(error) ? refuse.nameTaken('name') : error;
        });
      await audit(db, asker, { action: 'create', resource: 'personal_token', id: row.id, after: { name: row.name, role } });
      return { token, personal_token: row as never };
    },
    async revokePersonalToken({ params }, asker) {
      if (!(await sessions.revokePersonalToken(db, asker.user.id, params.token_id, asker.now)))
        throw refuse.notFound('personal_token', params.token_id);
      await audit(db, asker, { action: 'revoke', resource: 'personal_token', id: params.token_id });
    },
  };
}

const ORDER: Role[] = ['viewer', 'user', 'admin'];
/** A token never carries more than its owner. */
const weaker = (a: Role, b: Role): Role => (ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b);
