import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';

/** Asks before changes are thrown away. */
export function LeaveGuard({ open, onLeave, onStay }: { open: boolean; onLeave: () => void; onStay: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={open}
      title={t('ui.unsaved')}
      okText={t('ui.leave')}
      cancelText={t('ui.stay')}
      okButtonProps={{ danger: true }}
      onOk={onLeave}
      onCancel={onStay}
      width={400}
    >
      {t('ui.unsavedText')}
    </Modal>
  );
}
