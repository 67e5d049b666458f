import { useTranslation } from 'react-i18next';
import { boot, type PageError } from '../boot';
import './light.css';

const KNOWN = [400, 401, 403, 404, 429, 500, 503] as const;

/** The page shown instead of one that cannot be: outside the console and inside it. */
export function ErrorPage({ error, retry }: { error: PageError; retry?: () => void }) {
  const { t } = useTranslation();
  const status = KNOWN.find((one) => one === error.status) ?? (error.status > 500 ? 500 : undefined);
  const title = status ? t(`error.t${status}`) : t('error.other');
  return (
    <section className="light-card light-error" aria-labelledby="error-title">
      <title>{`${title} – ${t('brand.name')}`}</title>
      {error.status > 0 && <p className="light-code">{error.status}</p>}
      <h1 id="error-title">{title}</h1>
      <p>{status ? t(`error.h${status}`) : error.message || t(error.status === 0 ? 'error.offline' : 'error.unknown')}</p>
      {error.permission && <p className="muted">{t('error.permission', { permission: error.permission })}</p>}
      {error.error_id && (
        <p className="muted">
          {t('error.id')} <code>{error.error_id}</code>
          <br />
          {t('error.idHint')}
        </p>
      )}
      <p className="light-acts">
        {retry && (
          <button type="button" className="light-button" onClick={retry}>
            {t('act.retry')}
          </button>
        )}
        {boot.user ? (
          <a className="light-button plain" href="/dashboard/">
            {t('act.toDashboard')}
          </a>
        ) : (
          <a className="light-button plain" href={`/auth/login?next=${encodeURIComponent(location.pathname + location.search)}`}>
            {t('act.toLogin')}
          </a>
        )}
      </p>
    </section>
  );
}
