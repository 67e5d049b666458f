import { Button, Drawer } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormFault } from './field';
import { LeaveGuard } from './leave-guard';
import type { Form, Values } from './use-form';

/** A form beside a list. Closing with changes asks. */
export function FormDrawer<V extends Values>({
  form,
  open,
  title,
  submit,
  size = 440,
  onClose,
  children,
}: {
  form: Form<V>;
  open: boolean;
  title: string;
  submit: string;
  size?: number;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { bind } = form;
  const [asking, setAsking] = useState(false);
  const id = useId();
  const close = () => (form.dirty ? setAsking(true) : onClose());
  return (
    <Drawer
      open={open}
      onClose={close}
      title={title}
      size={size}
      footer={
        <div className="row end">
          <Button onClick={close}>{t('act.cancel')}</Button>
          <Button type="primary" htmlType="submit" form={id} loading={form.busy}>
            {submit}
          </Button>
        </div>
      }
    >
      <form id={id} className="fields one" ref={bind} onSubmit={form.submit} noValidate>
        <FormFault form={form} />
        {children}
      </form>
      <LeaveGuard
        open={asking}
        onStay={() => setAsking(false)}
        onLeave={() => {
          setAsking(false);
          onClose();
        }}
      />
    </Drawer>
  );
}
