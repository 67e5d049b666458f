import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Handlers } from '../../http/index.ts';
import { dashboardHandlers } from './handlers/dashboard.ts';
import { fileHandlers } from './handlers/files.ts';
import { manageHandlers } from './handlers/manage.ts';
import { searchHandlers } from './handlers/search.ts';

/** §11 dashboard, the deletes and the import of §15, the instance files of §26, the search over everything. */
export function fleetHandlers(deps: Deps): {
  manage: Pick<Handlers<typeof catalogue.instancesManage>, 'delete' | 'createInstancesBatch' | 'deleteInstancesBatch'>;
  files: Pick<Handlers<typeof catalogue.files>, 'exportInstances' | 'downloadInstancesTemplate'>;
  dashboard: Handlers<typeof catalogue.dashboard>;
  search: Pick<Handlers<typeof catalogue.common>, 'searchEverything'>;
} {
  return { manage: manageHandlers(deps), files: fileHandlers(deps), dashboard: dashboardHandlers(deps), search: searchHandlers(deps) };
}
