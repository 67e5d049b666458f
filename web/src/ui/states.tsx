/** What stands where data would: still loading, nothing there, failed, not allowed. */
import { Button } from 'antd';
import { type ReactNode, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../http';
import { CopyText } from './copy-text';

export function Skeleton({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className="skeleton" role="status" aria-label={t('ui.loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} style={{ width: `${92 - ((i * 37) % 45)}%` }} />
      ))}
    </div>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children && <div className="state-text">{children}</div>}
      {action && <div className="row center">{action}</div>}
    </div>
  );
}

/** The sentence for an error, in the reader's language. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return t('error.unknown');
      return error.status === 0 ? t('error.offline') : error.message || t('error.unknown');
    },
    [t],
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const api = error instanceof ApiError ? error : null;
  return (
    <div className="state" role="alert">
      <h2>{api?.status === 403 ? t('ui.noAccess') : t('ui.failed')}</h2>
      <div className="state-text">{text(error)}</div>
      {api?.errorId && (
        <p className="muted">
          {t('ui.failedId')} <CopyText text={api.errorId} mono />
        </p>
      )}
      {retry && (
        <div className="row center">
          <Button onClick={retry}>{t('act.retry')}</Button>
        </div>
      )}
    </div>
  );
}
