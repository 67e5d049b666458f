/** The menu: pages of the contract in their groups, each shown only to roles that may open it. */
import {
  AccessIcon,
  AreaChartIcon,
  AuditIcon,
  ClockIcon,
  DashboardIcon,
  DatabaseIcon,
  FileTextIcon,
  TableIcon,
  KeyIcon,
  LineChartIcon,
  PartitionIcon,
  SafetyIcon,
  SettingIcon,
  SyncIcon,
  TagsIcon,
  TeamIcon,
  UserIcon,
} from '../ui/icons';
import { catalogue, type Access } from '@whalefall/contract';
import type { ComponentType } from 'react';
import type zh from '../i18n/zh-CN/shell';

export interface NavItem {
  key: keyof typeof zh.pages;
  path: string;
  access: Access;
  icon: ComponentType;
  /** Pages without an entry of their own that belong to this one. */
  covers?: string[];
}
export interface NavGroup {
  key: keyof typeof zh.groups | null;
  items: NavItem[];
}
type Page = { path: string; access: Access };
const item = (key: NavItem['key'], page: Page, icon: ComponentType): NavItem => ({ key, path: page.path, access: page.access, icon });

export const NAV: NavGroup[] = [
  { key: null, items: [item('dashboard', catalogue.dashboard.index, DashboardIcon)] },
  {
    key: 'data',
    items: [
      item('instances', catalogue.instancesManage.index, DatabaseIcon),
      { ...item('accounts', catalogue.account.listAccounts, UserIcon), covers: [catalogue.accountsStatistics.statistics.path] },
      item('databases', catalogue.databasesCapacitySync.ledgerPage, TableIcon),
      item('access', catalogue.account.accessPage, AccessIcon),
    ],
  },
  {
    key: 'statistics',
    items: [
      item('instanceCapacity', catalogue.instanceAggregations.instanceAggregations, AreaChartIcon),
      item('databaseCapacity', catalogue.databaseAggregations.databaseAggregations, LineChartIcon),
    ],
  },
  {
    key: 'settings',
    items: [
      item('credentials', catalogue.credentials.index, KeyIcon),
      item('tags', catalogue.tags.index, TagsIcon),
      item('classifications', catalogue.accountsClassifications.index, SafetyIcon),
    ],
  },
  {
    key: 'history',
    items: [
      item('logs', catalogue.historyLogs.logsDashboard, FileTextIcon),
      item('sessions', catalogue.historySessions.index, SyncIcon),
      item('audit', catalogue.main.auditPage, AuditIcon),
    ],
  },
  {
    key: 'admin',
    items: [
      item('users', catalogue.users.index, TeamIcon),
      item('scheduler', catalogue.scheduler.index, ClockIcon),
      item('partitions', catalogue.partition.partitionsPage, PartitionIcon),
      item('settings', catalogue.main.settingsPage, SettingIcon),
    ],
  },
];

/** How far into the address an entry reaches; -1 = not at all. */
function reach({ path, covers = [] }: NavItem, pathname: string): number {
  const inside = [path, ...covers].map((one) => one.replace(/\/$/, '')).filter((one) => pathname === one || pathname.startsWith(`${one}/`));
  return Math.max(-1, ...inside.map((one) => one.length));
}
/** Whether the menu entry covers the address, and no other covers it more closely: /account/access is not the ledger too. */
export function isInside(entry: NavItem, pathname: string): boolean {
  const own = reach(entry, pathname.replace(/\/$/, ''));
  return own >= 0 && NAV.every(({ items }) => items.every((other) => other === entry || reach(other, pathname.replace(/\/$/, '')) < own));
}
