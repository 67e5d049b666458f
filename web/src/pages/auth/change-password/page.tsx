import { PASSWORD_RULES } from '@whalefall/contract';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boot, formState } from '../../../boot';
import { ApiError, csrfToken, send } from '../../../http';
import { locale } from '../../../i18n/i18n';
import { LightTitle } from '../../../layout/light-frame';
import { focusOnMount } from '../../../ui/focus';
import { PasswordField } from '../fields';

type Faults = Record<string, { message: string }[]>;
const NAMES = ['old_password', 'new_password', 'confirm_password'] as const;
type Values = Record<(typeof NAMES)[number], string>;

export default function ChangePassword() {
  const { t } = useTranslation();
  const [values, setValues] = useState<Values>({ old_password: '', new_password: '', confirm_password: '' });
  const [faults, setFaults] = useState<Faults>(formState?.fields ?? {});
  const [message, setMessage] = useState<string | null>(formState?.message ?? null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const { old_password: old, new_password: fresh, confirm_password: again } = values;

  const rules = [
    ...PASSWORD_RULES.map((rule) => ({
      code: rule.code as string,
      text: locale() === 'en' ? rule.en : rule.zh,
      met: fresh !== '' && rule.holds(fresh),
    })),
    { code: 'DIFFERS', text: t('password.differs'), met: fresh !== '' && fresh !== old },
    { code: 'MATCHES', text: t('password.matches'), met: fresh !== '' && fresh === again },
  ];
  const set = (name: keyof Values) => ({
    name,
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
    fault: faults[name]?.[0]?.message,
    required: true,
  });
  const focus = (found: Faults) => {
    const first = NAMES.find((name) => found[name]);
    requestAnimationFrame(() => form.current?.querySelector<HTMLInputElement>(`[name=${first ?? 'old_password'}]`)?.focus());
  };

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (fresh !== again) {
      const found = { confirm_password: [{ message: t('password.mismatch') }] };
      setFaults(found);
      return focus(found);
    }
    setBusy(true);
    setFaults({});
    setMessage(null);
    try {
      await send({ method: 'POST', path: '/auth/api/change-password', body: values });
      location.assign('/dashboard/?notice=password_changed');
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) throw error;
      setFaults(error.fields);
      setMessage(error.status === 0 ? t('error.offline') : error.message);
      focus(error.fields);
    }
  }

  return (
    <section className="light-card" aria-labelledby="password-title">
      <LightTitle>{t('password.title')}</LightTitle>
      <h1 id="password-title">{t('password.heading')}</h1>
      <p className="light-sub">{t(boot.user?.must_change_password ? 'password.forced' : 'password.sub')}</p>
      {message && (
        <div className="light-alert" role="alert">
          {message}
        </div>
      )}
      <form ref={form} method="post" action="/auth/change-password" onSubmit={(event) => void submit(event)} noValidate>
        <input type="hidden" name="csrf_token" value={csrfToken()} />
        <input type="text" name="username" autoComplete="username" defaultValue={boot.user?.username} hidden readOnly />
        <PasswordField label={t('password.old')} autoComplete="current-password" ref={focusOnMount} {...set('old_password')} />
        <PasswordField label={t('password.new')} autoComplete="new-password" {...set('new_password')} />
        <div className="light-rules">
          <p>{t('password.rules')}</p>
          <ul>
            {rules.map((rule) => (
              <li key={rule.code} className={rule.met ? 'met' : undefined}>
                {rule.text}
                <span className="sr-only">{t(rule.met ? 'password.met' : 'password.unmet')}</span>
              </li>
            ))}
          </ul>
        </div>
        <PasswordField label={t('password.confirm')} autoComplete="new-password" {...set('confirm_password')} />
        <p className="light-acts">
          <button type="submit" className="light-button" aria-disabled={busy}>
            {busy ? t('password.submitting') : t('password.submit')}
          </button>
          {!boot.user?.must_change_password && (
            <a className="light-button plain" href="/dashboard/">
              {t('act.cancel')}
            </a>
          )}
        </p>
      </form>
    </section>
  );
}
