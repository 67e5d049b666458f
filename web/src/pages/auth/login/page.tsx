import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boot, formState } from '../../../boot';
import { ApiError, csrfToken, send } from '../../../http';
import { LightTitle } from '../../../layout/light-frame';
import { focusOnMount } from '../../../ui/focus';
import { PasswordField, TextField } from '../fields';
import { safeNext } from '../next';

const query = new URLSearchParams(location.search);

function secondsOf(error: ApiError): number {
  const given = error.retryAfter ?? Number(error.extra.retry_after_seconds ?? error.extra.retry_after ?? 0);
  return Number.isFinite(given) ? Math.ceil(given) : 0;
}

function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

export default function Login() {
  const { t } = useTranslation();
  const [fault, setFault] = useState<{ message: string; fields: Record<string, { message: string }[]> } | null>(
    formState && { message: formState.message, fields: formState.fields },
  );
  const [busy, setBusy] = useState(false);
  const [left, setLeft] = useCountdown();
  const password = useRef<HTMLDivElement>(null);
  if (query.get('confirm') === 'logout' && boot.user) return <ConfirmLogout />;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy || left > 0) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(null);
    try {
      const { data } = await send<{ must_change_password: boolean }>({
        method: 'POST',
        path: '/auth/api/login',
        body: { username: form.get('username'), password: form.get('password'), remember: form.has('remember') },
      });
      location.assign(data.must_change_password ? '/auth/change-password' : safeNext(query.get('next')));
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) throw error;
      setLeft(secondsOf(error));
      setFault({ message: error.status === 0 ? t('error.offline') : error.message, fields: error.fields });
      requestAnimationFrame(() => password.current?.querySelector('input')?.select());
    }
  }

  return (
    <section className="light-card" aria-labelledby="login-title">
      <LightTitle>{t('login.title')}</LightTitle>
      <h1 id="login-title">{t('login.heading')}</h1>
      <p className="light-sub">{t('login.sub')}</p>
      {fault && (
        <div className="light-alert" role="alert">
          {fault.message}
          {left > 0 && <small>{t('login.wait', { seconds: left })}</small>}
        </div>
      )}
      <form method="post" action={`/auth/login${location.search}`} onSubmit={(event) => void submit(event)} noValidate>
        <input type="hidden" name="csrf_token" value={csrfToken()} />
        <TextField
          label={t('login.username')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          ref={focusOnMount}
          required
          defaultValue={String(formState?.values.username ?? '')}
          fault={fault?.fields.username?.[0]?.message}
        />
        <div ref={password}>
          <PasswordField
            label={t('login.password')}
            name="password"
            autoComplete="current-password"
            required
            fault={fault?.fields.password?.[0]?.message}
          />
        </div>
        <label className="light-check">
          <input type="checkbox" name="remember" value="true" defaultChecked={formState?.values.remember === 'true'} />
          {t('login.remember')}
        </label>
        <button type="submit" className="light-button full" aria-disabled={busy || left > 0}>
          {busy ? t('login.submitting') : t('login.submit')}
        </button>
      </form>
      <p className="light-note">{t('login.forgot')}</p>
    </section>
  );
}

/** Another site's link may lead to sign-out; only the user's own press does it. */
function ConfirmLogout() {
  const { t } = useTranslation();
  async function leave() {
    await send({ method: 'POST', path: '/auth/api/logout', body: {} }).catch(() => undefined);
    location.assign('/auth/login');
  }
  return (
    <section className="light-card" aria-labelledby="logout-title">
      <LightTitle>{t('login.logout')}</LightTitle>
      <h1 id="logout-title">{t('login.confirmLogout')}</h1>
      <p className="light-sub">{t('login.confirmLogoutHint', { name: boot.user?.username ?? '' })}</p>
      <p className="light-acts">
        <button type="button" className="light-button" onClick={() => void leave()}>
          {t('login.logout')}
        </button>
        <a className="light-button plain" href="/dashboard/">
          {t('login.stay')}
        </a>
      </p>
    </section>
  );
}
