import { z } from 'zod';
import { contractFile, route } from '../route.ts';

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
});
