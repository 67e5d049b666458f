/** Sign-in, password change, about and error pages: no router, no query cache, no component library. */
import { lazy, StrictMode, Suspense } from 'react';
import type { Root } from 'react-dom/client';
import { boot } from './boot';
import en from './i18n/en/light';
import { startI18n } from './i18n/i18n';
import zh from './i18n/zh-CN/light';
import { ErrorPage } from './layout/error-page';
import { LightFrame } from './layout/light-frame';

const Login = lazy(() => import('./pages/auth/login/page'));
const ChangePassword = lazy(() => import('./pages/auth/change-password/page'));
const About = lazy(() => import('./pages/about/page'));

function page() {
  const path = location.pathname.replace(/\/$/, '');
  if (boot.error) return <ErrorPage error={boot.error} />;
  if (path === '/auth/login') return <Login />;
  if (path === '/auth/change-password') return <ChangePassword />;
  if (path === '/about') return <About />;
  return <ErrorPage error={{ status: boot.user ? 404 : 401 }} />;
}

export async function renderLight(root: Root): Promise<void> {
  await startI18n((locale) => Promise.resolve(locale === 'en' ? en : zh));
  root.render(
    <StrictMode>
      <LightFrame>
        <Suspense>{page()}</Suspense>
      </LightFrame>
    </StrictMode>,
  );
}
