/** The console: router, query cache, antd with our tokens and the page's nonce. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { StrictMode, useMemo } from 'react';
import type { Root } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { nonce } from './early';
import { ApiError } from './http';
import { startI18n } from './i18n/i18n';
import { WordsProvider } from './i18n/words';
import { SignInAgain } from './layout/sign-in-again';
import { onLocaleChanged, useDark } from './prefs';
import { makeRouter } from './router';
import { SessionProvider } from './session';
import { antdTheme } from './ui/theme/theme';
import './ui/css/page.css';
import './ui/css/chips.css';
import './ui/css/states.css';
import './ui/css/forms.css';
import './ui/css/monitoring-script.css';
import './ui/css/progress.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});
onLocaleChanged(() => void queries.invalidateQueries());
const router = makeRouter();

function Console() {
  const dark = useDark();
  const { i18n } = useTranslation();
  const theme = useMemo(() => antdTheme(dark), [dark]);
  return (
    <ConfigProvider csp={{ nonce }} theme={theme} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <AntApp message={{ top: 56, maxCount: 5, duration: 4 }} className="app">
        <WordsProvider>
          <SessionProvider>
            <RouterProvider router={router} />
            <SignInAgain />
          </SessionProvider>
        </WordsProvider>
      </AntApp>
    </ConfigProvider>
  );
}

export async function renderApp(root: Root): Promise<void> {
  // The page's code travels beside the texts, not after them.
  const texts = startI18n(async (locale) =>
    locale === 'en' ? (await import('./i18n/en')).default : (await import('./i18n/zh-CN')).default,
  );
  await Promise.all([texts, router.load().catch(() => undefined)]);
  root.render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Console />
      </QueryClientProvider>
    </StrictMode>,
  );
}
