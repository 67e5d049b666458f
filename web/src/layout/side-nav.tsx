import { MenuFoldIcon, MenuUnfoldIcon } from '../ui/icons';
import { useRouterState } from '@tanstack/react-router';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { boot } from '../boot';
import { useMay, useUser } from '../session';
import { A } from '../ui/a';
import { Mark } from '../ui/brand';
import { isInside, NAV } from './nav';

export function SideNav({ narrow, onToggle }: { narrow: boolean; onToggle?: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const user = useUser();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav className="nav" aria-label={t('shell.nav')}>
      <A className="nav-brand" href="/dashboard/" aria-label={t('brand.name')}>
        <Mark size={26} />
        {!narrow && <span>{t('brand.name')}</span>}
      </A>
      <div className="nav-groups">
        {NAV.map((group) => {
          const items = group.items.filter((one) => may(one.access));
          if (items.length === 0) return null;
          const label = group.key === 'admin' && !may('admin') ? 'user' : group.key;
          return (
            <section key={group.key ?? 'top'}>
              {label && !narrow && <h2>{t(`shell.groups.${label}`)}</h2>}
              {label && narrow && <hr />}
              <ul>
                {items.map((item) => {
                  const { key, path, icon: Icon } = item;
                  const name = t(`shell.pages.${key}`);
                  const here = isInside(item, pathname);
                  return (
                    <li key={key}>
                      <Tooltip title={narrow ? name : ''} placement="right">
                        <A href={path} aria-current={here ? 'page' : undefined} aria-label={narrow ? name : undefined}>
                          <Icon />
                          {!narrow && <span>{name}</span>}
                          {!narrow && key === 'users' && user && !may('admin') && <small>{t('shell.readOnly')}</small>}
                        </A>
                      </Tooltip>
                    </li>
                  );
                })}
              </ul>
            </section>
          );
        })}
      </div>
      <footer className="nav-foot">
        {!narrow && (
          <a href="/about" className="muted">
            {boot.app.version && `v${boot.app.version}`}
            <span className="sr-only">{t('shell.about')}</span>
          </a>
        )}
        {onToggle && (
          <button type="button" className="icon-button" onClick={onToggle} aria-label={t(narrow ? 'shell.expand' : 'shell.collapse')}>
            {narrow ? <MenuUnfoldIcon /> : <MenuFoldIcon />}
          </button>
        )}
      </footer>
    </nav>
  );
}
