/** The console's addresses: the contract's page routes, each with its lazily loaded page. */
import { type Access, catalogue, pagesOf } from '@whalefall/contract';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, type RouteComponent } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { ErrorPage } from './layout/error-page';
import { PageError, PagePending } from './layout/page-states';
import { Shell } from './layout/shell';
import { useMay } from './session';
import { parseSearch, stringifySearch } from './ui/url';

type Loader = () => Promise<{ default: ComponentType }>;

/** By route id. A page route that is not named here answers as unknown. */
export const PAGES: Record<string, Loader> = {
  'dashboard.index': () => import('./pages/dashboard/page'),
  'instancesManage.index': () => import('./pages/instances/page'),
  'instancesManage.create': () => import('./pages/instances/create/page'),
  'instancesDetail.detail': () => import('./pages/instances/detail/page'),
  'instancesDetail.edit': () => import('./pages/instances/edit/page'),
  'account.listAccounts': () => import('./pages/account/page'),
  'account.accessPage': () => import('./pages/account/access/page'),
  'account.listAccountsByType': () => import('./pages/account/page'),
  'databasesCapacitySync.ledgerPage': () => import('./pages/databases/ledgers/page'),
  'accountsClassifications.index': () => import('./pages/accounts/classifications/page'),
  'databaseAggregations.databaseAggregations': () => import('./pages/database_aggregations/page'),
  'instanceAggregations.instanceAggregations': () => import('./pages/instance_aggregations/instance/page'),
  'accountsStatistics.statistics': () => import('./pages/accounts/statistics/page'),
  'instancesStatistics.statistics': () => import('./pages/instances/statistics/page'),
  'credentials.index': () => import('./pages/credentials/page'),
  'credentials.create': () => import('./pages/credentials/create/page'),
  'credentials.detail': () => import('./pages/credentials/detail/page'),
  'credentials.edit': () => import('./pages/credentials/edit/page'),
  'tags.index': () => import('./pages/tags/page'),
  'tags.create': () => import('./pages/tags/create/page'),
  'tags.edit': () => import('./pages/tags/edit/page'),
  'tagsBulk.batchAssign': () => import('./pages/tags/bulk/page'),
  'historyLogs.logsDashboard': () => import('./pages/history/logs/page'),
  'historySessions.index': () => import('./pages/history/sessions/page'),
  'scheduler.index': () => import('./pages/scheduler/page'),
  'partition.partitionsPage': () => import('./pages/partition/page'),
  'main.auditPage': () => import('./pages/admin/audit/page'),
  'main.settingsPage': () => import('./pages/admin/settings/page'),
  'users.index': () => import('./pages/users/page'),
};

/** `<int:tag_id>` of the catalogue is `$tag_id` of the router. */
export function routerPath(path: string): string {
  return path.replace(/<(?:int:)?([a-z_]+)>/g, '$$$1');
}

function guarded(access: Access, loader: Loader): RouteComponent {
  const Page = lazyRouteComponent(loader) as ComponentType & { preload?: () => Promise<void> };
  function Guarded() {
    const may = useMay();
    return may(access) ? <Page /> : <ErrorPage error={{ status: 403, permission: access }} />;
  }
  Guarded.preload = Page.preload;
  return Guarded;
}

const root = createRootRoute({ component: Shell, notFoundComponent: () => <ErrorPage error={{ status: 404 }} /> });

export function makeRouter() {
  const pages = pagesOf(catalogue).flatMap((page) => {
    const loader = PAGES[page.id];
    return loader
      ? [createRoute({ getParentRoute: () => root, path: routerPath(page.path), component: guarded(page.access, loader) })]
      : [];
  });
  return createRouter({
    routeTree: root.addChildren(pages),
    trailingSlash: 'preserve',
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPendingMs: 150,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
  });
}
