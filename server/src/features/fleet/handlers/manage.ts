import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { answer, type Asker, type Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { deleteInstances } from '../delete-instances.ts';
import { importInstances } from '../import-instances.ts';

type Manage = Handlers<typeof catalogue.instancesManage>;

/** §15: the deletes and the CSV import. */
export function manageHandlers({ db, vault, log, allow }: Deps): Pick<Manage, 'delete' | 'createInstancesBatch' | 'deleteInstancesBatch'> {
  async function deleted(ids: readonly number[], asker: Asker, force: boolean) {
    const { counts, instances } = await deleteInstances(db, asker, ids, force);
    for (const { id, ...instance } of instances)
      log.info('instances', 'batch_delete_instance', { operator_id: asker.user.id, instance_id: id, ...instance });
    return counts;
  }
  return {
    async delete({ params, body }, asker) {
      const counts = await deleted([params.instance_id], asker, body.force);
      if (counts.deleted_count === 0) throw refuse.notFound('instance', params.instance_id);
      return counts;
    },
    async deleteInstancesBatch({ body }, asker) {
      const counts = await deleted(body.instance_ids, asker, body.force);
      const n = counts.deleted_count;
      return answer(counts, { message: { zh: `成功删除 ${n} 个实例`, en: `${n} instances deleted` } });
    },
    async createInstancesBatch({ query, file }, asker) {
      const options = { mode: query.mode, dryRun: query.dry_run, locale: asker.locale, allow };
      const { report, written, warnings } = await importInstances(db, vault, asker, file, options);
      // After the commit: a line about what was rolled back would be a lie (20-BATCH-3).
      for (const { outcome, ...instance } of written)
        log.info('instances', `batch_${outcome}_instance`, { operator_id: asker.user.id, ...instance });
      const [created, updated] = [report.created_count, report.updated_count];
      const message = query.dry_run
        ? { zh: `预览：将创建 ${created} 个、更新 ${updated} 个实例`, en: `Preview: ${created} instances to create, ${updated} to update` }
        : { zh: `成功创建 ${created} 个、更新 ${updated} 个实例`, en: `${created} instances created, ${updated} updated` };
      return answer(report, { message, ...(warnings.length > 0 ? { meta: { warnings } } : {}) });
    },
  };
}
