import { useTranslation } from 'react-i18next';

/** The way a privilege came: directly, or through which roles, PUBLIC, ownership. */
export function Path({ steps }: { steps: string[][] }) {
  const { t } = useTranslation();
  if (steps.length === 0) return <span>{t('accounts.priv.direct')}</span>;
  const words = steps.map(([kind, name = '']) => {
    if (kind === 'public') return t('accounts.priv.public');
    if (kind === 'owner') return t('accounts.priv.owner');
    if (kind === 'host') return t('accounts.priv.host', { name });
    if (kind === 'attribute') return t('accounts.priv.attribute', { name });
    return name;
  });
  return (
    <span>
      {t('ui.via')} <span className="mono">{words.join(' → ')}</span>
    </span>
  );
}
