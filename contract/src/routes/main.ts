import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { DB_TYPES, instant, pageOf, pageQuery, queryDate, queryText } from '../shapes.ts';

/** Names left out of a read: whole names, and patterns in which `%` is any run of characters. */
const filter = z.object({ exclude: z.array(z.string().min(1).max(255)).max(500), patterns: z.array(z.string().min(1).max(255)).max(200) });
const filters = z.object(Object.fromEntries(DB_TYPES.map((type) => [type, filter])) as Record<(typeof DB_TYPES)[number], typeof filter>);
const settingsReply = z.object({
  settings: z.object({ account_filters: filters, database_filters: filters }),
  defaults: z.object({ account_filters: filters, database_filters: filters }),
  updated_at: instant.nullable(),
  updated_by: z.string().nullable(),
});
const settingsBody = z.object({ account_filters: filters.partial().optional(), database_filters: filters.partial().optional() });

/** §27 主路由模块 */
export const main = contractFile('main', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/',
    kind: 'page',
    access: 'public',
    summary: { zh: '首页（跳转登录）', en: 'Home' },
  }),
  chromeDevtools: route({
    handler: 'chromeDevtools',
    method: 'GET',
    path: '/.well-known/appspecific/com.chrome.devtools.json',
    kind: 'file',
    media: 'application/json',
    access: 'public',
    summary: { zh: 'Chrome 开发者工具', en: 'Chrome developer tools' },
  }),
  about: route({ handler: 'about', method: 'GET', path: '/about', kind: 'page', access: 'public', summary: { zh: '关于', en: 'About' } }),
  appleTouchIconPrecomposed: route({
    handler: 'appleTouchIcon',
    method: 'GET',
    path: '/apple-touch-icon-precomposed.png',
    kind: 'file',
    media: 'image/png',
    access: 'public',
    summary: { zh: 'Apple 图标', en: 'Apple touch icon' },
  }),
  appleTouchIcon: route({
    handler: 'appleTouchIcon',
    method: 'GET',
    path: '/apple-touch-icon.png',
    kind: 'file',
    media: 'image/png',
    access: 'public',
    summary: { zh: 'Apple 图标', en: 'Apple touch icon' },
  }),
  favicon: route({
    handler: 'favicon',
    method: 'GET',
    path: '/favicon.ico',
    kind: 'file',
    media: 'image/x-icon',
    access: 'public',
    summary: { zh: '网站图标', en: 'Favicon' },
  }),
  appInfo: route({
    handler: 'appInfo',
    method: 'GET',
    path: '/admin/api/app-info',
    access: 'public',
    beforePasswordChange: true,
    reply: z.object({
      app_name: z.string(),
      app_version: z.string(),
      locale_default: z.string(),
      locales: z.array(z.string()),
      demo: z.boolean(),
      time_zone: z.string(),
      today: z.string(),
      environment: z.string().optional(),
    }),
    summary: { zh: '获取应用信息', en: 'Application info' },
  }),
  getSettings: route({
    handler: 'getSettings',
    method: 'GET',
    path: '/admin/api/settings',
    extra: true,
    access: 'admin',
    reply: settingsReply,
    summary: { zh: '读取系统设置', en: 'Read the settings' },
  }),
  updateSettings: route({
    handler: 'updateSettings',
    method: 'PUT',
    path: '/admin/api/settings',
    extra: true,
    access: 'admin',
    body: settingsBody,
    reply: settingsReply,
    summary: { zh: '修改系统设置', en: 'Change the settings' },
    message: { zh: '设置已保存', en: 'Settings saved' },
  }),
  listAuditEvents: route({
    handler: 'listAuditEvents',
    method: 'GET',
    path: '/admin/api/audit',
    extra: true,
    access: 'admin',
    query: pageQuery(['time', 'id', 'username', 'action', 'resource'], { sort: 'time', order: 'desc', limit: 50, max: 200 }).extend({
      search: queryText().optional(),
      username: queryText().optional(),
      action: queryText(50).optional(),
      resource: queryText(50).optional(),
      resource_id: queryText(50).optional(),
      date_from: queryDate.optional(),
      date_to: queryDate.optional(),
    }),
    reply: pageOf(
      z.object({
        id: z.number().int(),
        time: instant,
        user_id: z.number().int().nullable(),
        username: z.string().nullable(),
        action: z.string(),
        resource: z.string(),
        resource_id: z.string().nullable(),
        before: z.unknown(),
        after: z.unknown(),
        request_id: z.string().nullable(),
        ip: z.string().nullable(),
      }),
    ),
    summary: { zh: '审计记录', en: 'Audit events' },
  }),
});
