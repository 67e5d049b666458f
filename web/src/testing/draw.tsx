/** Draws a component as the console would: texts, query cache, router at an address, a signed-in user. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { App, ConfigProvider } from 'antd';
import i18next from 'i18next';
import type { FunctionComponent } from 'react';
import type { User } from '../boot';
import zh from '../i18n/zh-CN';
import { startI18n } from '../i18n/i18n';
import { SessionProvider } from '../session';
import { parseSearch, stringifySearch } from '../ui/url';

export const admin: User = { id: 1, username: 'admin', role: 'admin', permissions: [], must_change_password: false };

export async function draw(
  Component: FunctionComponent,
  { path = '/', at = path, user = admin }: { path?: string; at?: string; user?: User | null } = {},
) {
  if (!i18next.isInitialized) await startI18n(() => Promise.resolve(zh));
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path, component: Component });
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({ routeTree: root.addChildren([page]), history, parseSearch, stringifySearch, trailingSlash: 'preserve' });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const view = render(
    <QueryClientProvider client={queries}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <App>
          <SessionProvider user={user}>
            <RouterProvider router={router as never} />
          </SessionProvider>
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return { ...view, history, address: () => history.location.href };
}
