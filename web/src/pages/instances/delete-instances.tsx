import { catalogue } from '@whalefall/contract';
import { App } from 'antd';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../api';
import type { Question } from '../../ui/confirm';

type Doomed = { id: number; name: string };

/** @returns a function that asks and deletes: one by its name, several by their number. */
export function useDeleteInstances(ask: (question: Question) => void, onDeleted: () => void): (rows: Doomed[]) => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { mutateAsync: remove } = useSend(
    catalogue.instancesManage.deleteInstancesBatch,
    ['account', 'dashboard', 'credentials', 'tags'],
    ({ body }) => (body?.instance_ids ?? []).map((instance_id) => ({ instance_id })),
  );
  return useCallback(
    (rows) => {
      const [first] = rows;
      if (!first) return;
      const one = rows.length === 1;
      ask({
        title: one ? t('instances.deleteTitle', { name: first.name }) : t('instances.deleteManyTitle', { count: rows.length }),
        text: one ? (
          t('instances.deleteText')
        ) : (
          <>
            {t('instances.deleteManyText')}
            <ul className="doomed">
              {rows.map((row) => (
                <li key={row.id}>{row.name}</li>
              ))}
            </ul>
          </>
        ),
        word: one ? first.name : String(rows.length),
        ok: one ? t('ui.delete') : t('instances.batchDelete', { count: rows.length }),
        run: async () => {
          const { data } = await remove({ body: { instance_ids: rows.map((row) => row.id) } });
          message.success(t('instances.deleted', { count: data.deleted_count }));
          onDeleted();
        },
      });
    },
    [ask, onDeleted, remove, message, t],
  );
}
