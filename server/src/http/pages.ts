import { readFileSync, statSync } from 'node:fs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorEnvelope, PERMISSIONS } from '@whalefall/contract';
import { localeOfRequest } from './context.ts';
import { nonceOf } from './headers.ts';
import { csrfToken, ensureCookie, type SessionKeys } from './session.ts';

interface PageApp {
  name: string;
  version: string;
  demo: boolean;
  time_zone: string;
}

interface PageContent {
  status: number;
  title: string;
  error?: ErrorEnvelope;
  /** What a failed form post hands back; never a secret. */
  formState?: { values: Record<string, unknown>; fields: unknown; message: string; error_id: string };
}

export interface Pages {
  send(request: FastifyRequest, reply: FastifyReply, content: PageContent): FastifyReply;
}

/** Served when the web has not been built: enough to see that the server is there. */
const BARE = `<!doctype html><html lang="__LANG__" data-theme="__THEME__"><head><meta charset="utf-8"><title>__TITLE__</title><meta property="csp-nonce" nonce="__CSP_NONCE__"><meta name="csrf-token" content="__CSRF_TOKEN__"><script type="application/json" id="form-state">__FORM_STATE__</script><script type="application/json" id="boot">__BOOT__</script></head><body><div id="root"></div></body></html>`;

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
/** JSON inside a script element: no `<` at all, so nothing can close the element. */
const escapeJson = (value: unknown): string =>
  JSON.stringify(value ?? null)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

const NAMES = { 'zh-CN': '鲸落', en: 'WhaleFall' } as const;

/** The shell of every page: the built app with what it must know before its first request. */
export function openPages(webDir: string | null, keys: SessionKeys, app: Omit<PageApp, 'name'>, today: () => string): Pages {
  let built: { at: number; html: string } | undefined;
  /** Read again when it was built again: a running server must not point at assets that are gone. */
  function template(): string {
    if (!webDir) return BARE;
    try {
      const file = `${webDir}/index.html`;
      const at = statSync(file).mtimeMs;
      if (built?.at !== at) built = { at, html: readFileSync(file, 'utf8') };
      return built.html;
    } catch {
      return built?.html ?? BARE;
    }
  }
  return {
    send(request, reply, { status, title, error, formState }) {
      const locale = localeOfRequest(request);
      const user = request.house.user;
      const theme = user?.theme ?? themeOf(request.cookies.whalefall_theme);
      const boot = {
        user: user && {
          id: user.id,
          username: user.username,
          role: user.role,
          permissions: PERMISSIONS[user.role],
          must_change_password: user.mustChangePassword,
        },
        locale,
        theme,
        app: { name: NAMES[locale], ...app, today: today() },
        error: error
          ? {
              status,
              message_code: error.message_code,
              message: error.message,
              error_id: error.error_id,
              permission: error.extra?.permission ?? null,
            }
          : null,
      };
      const values: Record<string, string> = {
        CSP_NONCE: nonceOf(reply.raw),
        CSRF_TOKEN: csrfToken(ensureCookie(request, reply), keys),
        LANG: locale,
        THEME: theme,
        TITLE: escapeText(`${title} – ${NAMES[locale]}`),
        FORM_STATE: escapeJson(formState),
        BOOT: escapeJson(boot),
      };
      const html = template().replace(/__(CSP_NONCE|CSRF_TOKEN|LANG|THEME|TITLE|FORM_STATE|BOOT)__/g, (_, name: string) => values[name]!);
      return reply.status(status).header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
    },
  };
}

function themeOf(cookie: string | undefined): 'light' | 'dark' | 'system' {
  return cookie === 'light' || cookie === 'dark' ? cookie : 'system';
}
