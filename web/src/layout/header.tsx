import { BgColorsIcon, DownIcon, GlobalIcon, MenuIcon, SearchIcon, UserIcon } from '../ui/icons';
import { Dropdown, type MenuProps } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boot, type Theme } from '../boot';
import { send } from '../http';
import { locale } from '../i18n/i18n';
import { setLocale, setTheme, useTheme } from '../prefs';
import { useUser } from '../session';
import { A } from '../ui/a';
import { Mark } from '../ui/brand';
import { RunningBadge } from './running-badge';

const Profile = lazy(() => import('../pages/profile/profile-drawer'));

export function Header({ onMenu, onSearch }: { onMenu: () => void; onSearch: () => void }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const user = useUser();
  const [profile, setProfile] = useState(false);
  const [loaded, setLoaded] = useState(false);

  const languages: MenuProps = {
    items: [
      { key: 'zh-CN', label: '简体中文' },
      { key: 'en', label: 'English' },
    ],
    selectedKeys: [locale()],
    onClick: ({ key }) => void setLocale(key === 'en' ? 'en' : 'zh-CN'),
  };
  const themes: MenuProps = {
    items: (['system', 'light', 'dark'] as const).map((key) => ({ key, label: t(`prefs.${key}`) })),
    selectedKeys: [theme],
    onClick: ({ key }) => setTheme(key as Theme),
  };
  const mine: MenuProps = {
    items: [
      { key: 'profile', label: t('shell.profile') },
      { key: 'password', label: <a href="/auth/change-password">{t('shell.changePassword')}</a> },
      { key: 'about', label: <a href="/about">{t('shell.about')}</a> },
      { type: 'divider' },
      { key: 'out', label: t('shell.signOut'), danger: true },
    ],
    onClick: ({ key }) => {
      if (key === 'profile') {
        setLoaded(true);
        setProfile(true);
      }
      if (key === 'out') void signOut();
    },
  };

  return (
    <header className="head">
      <button type="button" className="icon-button head-menu" onClick={onMenu} aria-label={t('shell.menu')}>
        <MenuIcon />
      </button>
      <A className="head-brand" href="/dashboard/" aria-label={t('brand.name')}>
        <Mark size={24} />
      </A>
      {boot.app.demo && (
        <span className="head-demo" title={t('shell.demoHint')}>
          {t('brand.demo')}
        </span>
      )}
      <button type="button" className="head-search" onClick={onSearch} aria-keyshortcuts="/" aria-label={t('shell.search.title')}>
        <SearchIcon />
        <span>{t('shell.search.title')}</span>
        <kbd aria-hidden="true">/</kbd>
      </button>
      <span className="grow" />
      <RunningBadge />
      <Dropdown menu={languages} trigger={['click']} getPopupContainer={inHeader}>
        <button type="button" className="icon-button" aria-label={t('prefs.language')} aria-haspopup="menu">
          <GlobalIcon />
        </button>
      </Dropdown>
      <Dropdown menu={themes} trigger={['click']} getPopupContainer={inHeader}>
        <button type="button" className="icon-button" aria-label={t('prefs.theme')} aria-haspopup="menu">
          <BgColorsIcon />
        </button>
      </Dropdown>
      <Dropdown menu={mine} trigger={['click']} placement="bottomRight" getPopupContainer={inHeader}>
        <button type="button" className="head-user" aria-label={`${t('shell.userMenu')}: ${user?.username ?? ''}`} aria-haspopup="menu">
          <UserIcon />
          <span className="cut">{user?.username}</span>
          <DownIcon />
        </button>
      </Dropdown>
      {loaded && (
        <Suspense>
          <Profile open={profile} onClose={() => setProfile(false)} />
        </Suspense>
      )}
    </header>
  );
}

/** The header stays while the page scrolls: a menu in the page would be put in its place anew under the pointer. */
const inHeader = (node: HTMLElement): HTMLElement => node.closest('header') ?? document.body;

async function signOut(): Promise<void> {
  await send({ method: 'POST', path: '/auth/api/logout', body: {} }).catch(() => undefined);
  location.assign('/auth/login');
}
