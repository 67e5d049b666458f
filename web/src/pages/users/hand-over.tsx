import { Alert, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-text';

/** A generated secret, shown once. */
export function HandOver({ secret, onClose }: { secret: { title: string; text: string } | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={secret !== null}
      title={secret?.title}
      onCancel={onClose}
      onOk={onClose}
      okText={t('act.close')}
      cancelButtonProps={{ hidden: true }}
      mask={{ closable: false }}
      width={440}
      destroyOnHidden
    >
      <div className="stack">
        <Alert type="warning" title={t('users.copyOnce')} />
        <p className="secret">
          <code>{secret?.text}</code>
          <CopyButton text={secret?.text ?? ''} label="" />
        </p>
      </div>
    </Modal>
  );
}
