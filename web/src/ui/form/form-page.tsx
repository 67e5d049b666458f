import { useBlocker } from '@tanstack/react-router';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { csrfToken } from '../../http';
import { FormFault } from './field';
import { LeaveGuard } from './leave-guard';
import type { Form, Values } from './use-form';

/** The form of a page of its own: an ordinary form post without scripts' help, guarded against leaving. */
export function FormPage<V extends Values>({
  form,
  action,
  submit,
  cancel,
  aside,
  children,
}: {
  form: Form<V>;
  action: string;
  submit: string;
  cancel: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
  const { bind } = form;
  const blocker = useBlocker({ shouldBlockFn: () => form.dirty, enableBeforeUnload: () => form.dirty, withResolver: true });
  return (
    <>
      <form className="form-page" method="post" action={action} ref={bind} onSubmit={form.submit} noValidate>
        <input type="hidden" name="csrf_token" value={csrfToken()} readOnly />
        <div className="form-main">
          <FormFault form={form} />
          <div className="fields">{children}</div>
          <div className="form-acts">
            <Button type="primary" htmlType="submit" loading={form.busy}>
              {submit}
            </Button>
            {cancel}
          </div>
        </div>
        {aside && <div className="form-aside">{aside}</div>}
      </form>
      <LeaveGuard open={blocker.status === 'blocked'} onLeave={() => blocker.proceed?.()} onStay={() => blocker.reset?.()} />
    </>
  );
}
