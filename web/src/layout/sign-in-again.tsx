import { Alert, Button, Input, type InputRef, Modal } from 'antd';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boot } from '../boot';
import { ApiError, onSignedOut, send } from '../http';

/** The session ended: sign in again in place; whatever was asked meanwhile is asked again. */
export function SignInAgain() {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const waiting = useRef<(() => void)[]>([]);
  const field = useRef<InputRef>(null);

  useEffect(() => {
    onSignedOut(
      () =>
        new Promise<void>((resolve) => {
          waiting.current.push(resolve);
          setOpen(true);
        }),
    );
    return () => onSignedOut(null);
  }, []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      const { data } = await send<{ must_change_password: boolean; user: { id: number } }>({
        method: 'POST',
        path: '/auth/api/login',
        body: { username: boot.user?.username, password },
      });
      if (data.must_change_password || data.user.id !== boot.user?.id) return location.reload();
      setOpen(false);
      setPassword('');
      waiting.current.splice(0).forEach((go) => go());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFault(error.status === 0 ? t('error.offline') : error.message);
      field.current?.select();
    } finally {
      setBusy(false);
    }
  }
  const leave = () => location.assign(`/auth/login?next=${encodeURIComponent(location.pathname + location.search)}`);

  return (
    <Modal
      open={open}
      title={t('shell.again.title')}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={null}
      width={400}
      zIndex={2000}
      afterOpenChange={(now) => now && field.current?.focus()}
    >
      <form onSubmit={(event) => void submit(event)} className="stack">
        <p>{t('shell.again.text')}</p>
        {fault && <Alert type="error" title={fault} role="alert" />}
        <div className="field">
          <label htmlFor={`${id}-name`}>{t('login.username')}</label>
          <Input id={`${id}-name`} value={boot.user?.username} readOnly autoComplete="username" />
        </div>
        <div className="field">
          <label htmlFor={`${id}-password`}>{t('login.password')}</label>
          <Input.Password
            id={`${id}-password`}
            ref={field}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
          />
        </div>
        <div className="row end">
          <Button onClick={leave}>{t('shell.again.leave')}</Button>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('shell.again.submit')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
