import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { ledgerFilters } from './account.ts';
import { queryInt } from '../shapes.ts';
import { databaseLedgerFilters } from './databases/capacity_sync.ts';
import { logFilters } from './history/logs.ts';
import { instanceFilters } from './instances/manage.ts';

const lang = z.enum(['zh', 'en']).optional();

/** §26 文件导入导出模块 */
export const files = contractFile('files', {
  exportAccounts: route({
    handler: 'exportAccounts',
    method: 'GET',
    path: '/files/api/account-export',
    also: ['/api/account-export'],
    kind: 'file',
    media: 'text/csv',
    access: 'view',
    query: ledgerFilters.extend({ lang }),
    summary: { zh: '导出账户数据为 CSV', en: 'Export accounts as CSV' },
  }),
  exportInstances: route({
    handler: 'exportInstances',
    method: 'GET',
    path: '/api/instance-export',
    also: ['/files/api/instance-export'],
    kind: 'file',
    media: 'text/csv',
    access: 'view',
    query: instanceFilters.extend({ lang }),
    summary: { zh: '导出实例数据为 CSV', en: 'Export instances as CSV' },
  }),
  exportDatabases: route({
    handler: 'exportDatabases',
    method: 'GET',
    path: '/files/api/database-ledger-export',
    extra: true,
    kind: 'file',
    media: 'text/csv',
    access: 'view',
    query: databaseLedgerFilters.extend({ lang }),
    summary: { zh: '导出数据库台账为 CSV', en: 'Export databases as CSV' },
  }),
  downloadInstancesTemplate: route({
    handler: 'downloadInstancesTemplate',
    method: 'GET',
    path: '/api/template-download',
    also: ['/files/api/template-download'],
    kind: 'file',
    media: 'text/csv',
    access: 'view',
    summary: { zh: '下载实例批量导入模板', en: 'Download the import template' },
  }),
  exportLogs: route({
    handler: 'exportLogs',
    method: 'GET',
    path: '/api/log-export',
    also: ['/files/api/log-export'],
    kind: 'file',
    media: 'text/csv',
    access: 'view',
    query: logFilters.extend({ format: z.enum(['json', 'csv']).default('json'), limit: queryInt(1, 100_000).default(1000), lang }),
    summary: { zh: '导出日志', en: 'Export logs' },
  }),
});
