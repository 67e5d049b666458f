import { type catalogue, PERMISSIONS } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import type { Handlers } from '../../../http/index.ts';
import * as sessions from '../../../http/queries.ts';
import { clearSessionCookie, csrfToken, ensureCookie, issueTokens, setSessionCookie, verifyToken } from '../../../http/session.ts';
import { audit } from '../../../logbook/index.ts';
import { Refusal } from '../../../refusal.ts';
import { changePassword } from '../change-password.ts';
import { exchangeToken } from '../exchange-token.ts';
import { forgetFirstPassword } from '../first-admin.ts';
import * as queries from '../queries.ts';
import { safeNext, signIn } from '../sign-in.ts';

/** §1 auth */
export function authHandlers({ db, log, config }: Deps): Handlers<typeof catalogue.auth> {
  const keys = { secretKey: config.secretKey, jwtSecretKey: config.jwtSecretKey };
  return {
    async login({ query }, { user }) {
      if (user && query.confirm !== 'logout') return { redirect: user.mustChangePassword ? '/auth/change-password' : safeNext(query.next) };
    },
    async getCsrfToken(_args, _asker, { request, reply }) {
      return { csrf_token: csrfToken(ensureCookie(request, reply), keys) };
    },
    async authenticateUser({ body }, { ip, userAgent, requestId, now }, { request, reply }) {
      const { user, session } = await signIn(db, log, { ...body, ip, userAgent, requestId, now });
      setSessionCookie(request, reply, session.cookie, body.remember);
      const tokens = user.must_change_password ? null : await issueTokens(db, { id: session.id, userId: user.id }, keys, now);
      const next = user.must_change_password ? '/auth/change-password' : safeNext((request.query as { next?: string }).next);
      return {
        access_token: tokens?.access ?? null,
        refresh_token: tokens?.refresh ?? null,
        token_type: 'Bearer',
        expires_in: tokens?.expiresIn ?? 0,
        must_change_password: user.must_change_password,
        user: { id: user.id, username: user.username, role: user.role as never, is_active: user.is_active },
        redirect_to: next,
      };
    },
    async submitChangePassword({ body }, asker) {
      await changePassword(db, asker, body);
      forgetFirstPassword(config.dataDir);
      log.info('auth', 'password changed', { user_id: asker.user.id });
    },
    async logout(_args, { user, now, ip, requestId }, { request, reply }) {
      const site = request.headers['sec-fetch-site'];
      const navigates = request.headers['sec-fetch-mode'] === 'navigate';
      const end = async () => {
        if (!user) return;
        if (user.sessionId !== null) await sessions.revokeSession(db, user.sessionId, now);
        await audit(db, { user, now, ip, requestId }, { action: 'sign_out', resource: 'user', id: user.id });
      };
      if (user?.via === 'bearer') return end();
      if (navigates && (site === 'same-origin' || site === 'none')) {
        await end();
        clearSessionCookie(request, reply);
        await reply.redirect('/auth/login', 303);
      } else if (navigates || (user && site === undefined && request.headers['sec-fetch-mode'] === undefined))
        await reply.redirect('/auth/login?confirm=logout', 303);
    },
    async logoutPost({ body }, { user, now, ip, requestId }, { request, reply }) {
      if (user && body.everywhere) await sessions.revokeSessions(db, user.id, now);
      else if (user?.sessionId != null) await sessions.revokeSession(db, user.sessionId, now);
      if (body.refresh_token) {
        const claims = await verifyToken(body.refresh_token, 'refresh', keys, now).catch(() => null);
        const row = claims && (await sessions.refreshTokenByJti(db, claims.jti));
        if (row && (!user || row.user_id === user.id)) await sessions.revokeSession(db, row.session_id, now);
      }
      if (user)
        await audit(
          db,
          { user, now, ip, requestId },
          { action: body.everywhere ? 'sign_out_everywhere' : 'sign_out', resource: 'user', id: user.id },
        );
      clearSessionCookie(request, reply);
    },
    async me(_args, { user }) {
      const [row, preferences] = await Promise.all([queries.userById(db, user.id), queries.preferencesOf(db, user.id)]);
      if (!row) throw new Refusal('RESOURCE_NOT_FOUND', { extra: { resource: 'user', id: user.id } });
      return {
        id: row.id,
        username: row.username,
        email: null,
        role: user.role,
        is_active: row.is_active,
        created_at: row.created_at,
        last_login: row.last_login,
        permissions: [...PERMISSIONS[user.role]],
        locale: user.locale,
        theme: user.theme,
        must_change_password: user.mustChangePassword,
        preferences: Object.fromEntries(preferences.map(({ key, value }) => [key, value])),
      };
    },
    async refresh(_args, { now }, { request }) {
      const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
      if (!token) throw new Refusal('AUTHENTICATION_REQUIRED', { headers: { 'WWW-Authenticate': 'Bearer' } });
      const claims = await verifyToken(token, 'refresh', keys, now);
      const tokens = await exchangeToken(db, claims.jti, keys, now);
      if (tokens === 'disabled') throw new Refusal('ACCOUNT_DISABLED');
      if (!tokens) throw new Refusal('TOKEN_INVALID', { headers: { 'WWW-Authenticate': 'Bearer' } });
      return { access_token: tokens.access, refresh_token: tokens.refresh, token_type: 'Bearer', expires_in: tokens.expiresIn };
    },
    async updatePreferences({ body }, { user, now }) {
      const { locale, theme, preferences } = body;
      if (locale || theme) await queries.updateUser(db, user.id, { ...(locale ? { locale } : {}), ...(theme ? { theme } : {}) }, now);
      if (preferences) await queries.savePreferences(db, user.id, preferences, now);
    },
  };
}
