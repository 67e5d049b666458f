import { catalogue } from '@whalefall/contract';
import { App, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { A } from '../../ui/a';
import { useErrorText } from '../../ui/states';

interface Doomed {
  id: number;
  name: string;
  db_type: string | null;
  instance_count: number;
}
export const useDeleting = () => useState<Doomed | null>(null);

/** Asks before deleting; while instances use the credential, another one must take its place, or none. */
export function DeleteCredential({ credential, onClose, onDeleted }: { credential: Doomed; onClose: () => void; onDeleted?: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const text = useErrorText();
  const remove = useSend(catalogue.credentials.delete, ['instances/manage', 'instances/detail', 'dashboard'], ({ params }) => [params]);
  const [instead, setInstead] = useState<number | null | undefined>(undefined);
  const used = credential.instance_count > 0;
  const others = useRoute(
    catalogue.credentials.listCredentials,
    {
      query: {
        limit: 100,
        credential_type: 'database',
        status: 'active',
        ...(credential.db_type && { db_type: credential.db_type as never }),
      },
    },
    { enabled: used },
  );
  async function run() {
    await remove.mutateAsync({ params: { credential_id: credential.id }, body: used ? { replace_with: instead ?? null } : {} });
    message.success(t('credentials.deleted'));
    onClose();
    onDeleted?.();
  }
  return (
    <Modal
      open
      title={t('credentials.deleteTitle', { name: credential.name })}
      okText={t('ui.delete')}
      okButtonProps={{ danger: true, loading: remove.isPending, disabled: used && instead === undefined }}
      onOk={() => void run().catch(() => undefined)}
      onCancel={onClose}
      width={460}
    >
      <div className="stack">
        {used ? (
          <>
            <p>
              {t('credentials.deleteUsed', { n: credential.instance_count })}{' '}
              <A href={`/instances/?credential_id=${credential.id}`}>{t('ui.view')}</A>
            </p>
            <Select
              value={instead === undefined ? undefined : (instead ?? 0)}
              onChange={(value: number) => setInstead(value === 0 ? null : value)}
              placeholder={t('credentials.replace')}
              aria-label={t('credentials.replace')}
              options={[
                { value: 0, label: t('credentials.replaceNone') },
                ...(others.data?.items ?? []).filter((one) => one.id !== credential.id).map((one) => ({ value: one.id, label: one.name })),
              ]}
            />
          </>
        ) : (
          <p>{t('ui.undoable')}</p>
        )}
        {remove.isError && (
          <p className="fault" role="alert">
            {text(remove.error)}
          </p>
        )}
      </div>
    </Modal>
  );
}
