import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Skeleton } from '../ui/states';

/** While a page's code is on its way. */
export function PagePending() {
  return (
    <div className="page">
      <div className="page-head">
        <Skeleton lines={1} />
      </div>
      <Skeleton lines={10} />
    </div>
  );
}

/** A page whose code could not be loaded or which failed to draw. */
export function PageError({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <div className="state" role="alert">
        <h2>{t('shell.pageFailed')}</h2>
        <p>{t('shell.pageFailedHint')}</p>
        <pre className="state-detail">{error instanceof Error ? error.message : String(error)}</pre>
        <Button type="primary" onClick={() => location.reload()}>
          {t('shell.reload')}
        </Button>
      </div>
    </div>
  );
}
