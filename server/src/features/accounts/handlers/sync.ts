import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import type { Handlers } from '../../../http/index.ts';
import { Refusal } from '../../../refusal.ts';
import { transaction } from '../../../store/transaction.ts';
import { syncOne, syncTargets } from '../../instances/index.ts';
import { startSession } from '../../sync-sessions/index.ts';

/** §5 accounts/sync */
export function accountsSyncHandlers(deps: Deps): Handlers<typeof catalogue.accountsSync> {
  const { db, queue } = deps;
  return {
    async syncInstanceAccounts({ params, query }, asker) {
      return syncOne(deps, asker, 'account', params.instance_id, query.wait, (record, running) => {
        const details = record.sync_details as {
          inventory?: { created: number; reactivated: number; deactivated: number };
          collection?: { updated: number };
        } | null;
        if (running || !details?.inventory)
          return {
            synced_count: null,
            added_count: null,
            modified_count: null,
            removed_count: null,
            details: null,
            message: asker.locale === 'en' ? 'Still running' : '仍在同步',
          };
        const [added, modified, removed] = [
          details.inventory.created + details.inventory.reactivated,
          details.collection?.updated ?? 0,
          details.inventory.deactivated,
        ];
        return {
          synced_count: record.items_synced,
          added_count: added,
          modified_count: modified,
          removed_count: removed,
          details,
          message: sentence(asker.locale, record.items_synced, added, modified, removed),
        };
      });
    },
    async syncAllAccounts(_args, asker) {
      const targets = await syncTargets(db);
      if (targets.length === 0) throw new Refusal('NO_ACTIVE_INSTANCES');
      const { sessionId } = await transaction(db, (db) =>
        startSession(db, queue, { type: 'manual_task', category: 'account', targets, actor: asker, now: asker.now }),
      );
      return { manual_job_id: 'sync_accounts_manual_batch', session_id: sessionId, total_instances: targets.length };
    },
  };
}

function sentence(locale: string, synced: number, added: number, modified: number, removed: number): string {
  if (locale === 'en')
    return [`${synced} accounts read`, added && `${added} new`, modified && `${modified} changed`, removed && `${removed} gone`]
      .filter(Boolean)
      .join(', ');
  return [`同步 ${synced} 个账户`, added && `新增 ${added} 个`, modified && `更新 ${modified} 个`, removed && `移除 ${removed} 个`]
    .filter(Boolean)
    .join('、');
}
