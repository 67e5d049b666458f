import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { boot, type Theme } from '../boot';
import { locale } from '../i18n/i18n';
import { setLocale, setTheme, useTheme } from '../prefs';
import { Mark } from '../ui/brand';
import './light.css';

const THEMES: Theme[] = ['system', 'light', 'dark'];

export function LightFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const theme = useTheme();
  return (
    <div className="light">
      <header className="light-head">
        <a className="light-brand" href={boot.user ? '/dashboard/' : '/auth/login'}>
          <Mark />
          <span>{t('brand.name')}</span>
          {boot.app.demo && <span className="light-demo">{t('brand.demo')}</span>}
        </a>
        <span className="light-grow" />
        <label>
          <span className="sr-only">{t('prefs.language')}</span>
          <select value={locale()} onChange={(event) => void setLocale(event.target.value === 'en' ? 'en' : 'zh-CN')}>
            <option value="zh-CN">简体中文</option>
            <option value="en">English</option>
          </select>
        </label>
        <label>
          <span className="sr-only">{t('prefs.theme')}</span>
          <select value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
            {THEMES.map((one) => (
              <option key={one} value={one}>
                {t(`prefs.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <main className="light-main">{children}</main>
      <footer className="light-foot">
        <span>
          {t('brand.name')} {boot.app.version}
        </span>
        <a href="/about">{t('about.title')}</a>
      </footer>
    </div>
  );
}

/** Sets the browser's title. */
export function LightTitle({ children }: { children: string }) {
  const { t } = useTranslation();
  return <title>{`${children} – ${t('brand.name')}`}</title>;
}
