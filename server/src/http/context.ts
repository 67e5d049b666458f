import type { FastifyRequest } from 'fastify';
import type { Locale, Permission, Role } from '@whalefall/contract';
import { PERMISSIONS } from '@whalefall/contract';

/** Who asks: read anew for every request, so that disabling and signing out act at once. */
export interface User {
  id: number;
  username: string;
  role: Role;
  mustChangePassword: boolean;
  locale: Locale | null;
  theme: 'light' | 'dark' | 'system' | null;
  /** Row of user_sessions; null for a personal token. */
  sessionId: number | null;
  /** session: cookie; bearer: access token or personal token (no CSRF). */
  via: 'session' | 'bearer';
}

/** What a handler knows of the request beside its arguments. */
export interface Asker<U = User> {
  user: U;
  /** Passed by the monitoring token: nobody is signed in. */
  monitor: boolean;
  locale: Locale;
  ip: string;
  userAgent: string | null;
  requestId: string;
  now: Date;
}

export const may = (user: User | null, permission: Permission): boolean => user !== null && PERMISSIONS[user.role].includes(permission);

/** UI language cookie → Accept-Language → zh-CN. */
export function localeOf(cookie: string | undefined, header: string | undefined): Locale {
  if (cookie === 'en' || cookie === 'zh-CN') return cookie;
  const first = (header ?? '').split(',')[0]!.trim().toLowerCase();
  return first.startsWith('en') ? 'en' : 'zh-CN';
}

/** The signed-in user's own choice first. */
export const localeOfRequest = (request: FastifyRequest): Locale =>
  request.house?.user?.locale ?? localeOf(request.cookies?.whalefall_locale, request.headers['accept-language']);
