import { Outlet, useRouterState } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Header } from './header';
import { useNotice } from './notice';
import { PagePending } from './page-states';
import { Shortcuts } from './shortcuts';
import { SideNav } from './side-nav';
import './shell.css';

const SearchPalette = lazy(() => import('./search-palette'));
const NARROW = 'whalefall.nav.narrow';

function remembered(): boolean {
  try {
    return localStorage.getItem(NARROW) === '1';
  } catch {
    return false;
  }
}

/** The frame around every page of the console. */
export function Shell() {
  const { t } = useTranslation();
  const [narrow, setNarrow] = useState(remembered);
  // Open on the page it was opened on; going elsewhere closes it.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [search, setSearch] = useState<'unused' | 'open' | 'closed'>('unused');
  const openSearch = useCallback(() => setSearch('open'), []);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useNotice();
  useEffect(() => {
    // A new page is announced and read from its start; the first one keeps the browser's own focus.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);

  function toggle() {
    setNarrow(!narrow);
    try {
      localStorage.setItem(NARROW, narrow ? '0' : '1');
    } catch {
      // Not remembered then.
    }
  }

  return (
    <div className="shell" data-narrow={narrow || undefined}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <aside className="side">
        <SideNav narrow={narrow} onToggle={toggle} />
      </aside>
      <Drawer
        open={openAt === pathname}
        onClose={() => setOpenAt(null)}
        placement="left"
        size={264}
        title={t('shell.menu')}
        styles={{ body: { padding: 0 } }}
      >
        <SideNav narrow={false} />
      </Drawer>
      <div className="shell-body">
        <Header onMenu={() => setOpenAt(pathname)} onSearch={openSearch} />
        <main id="main" ref={main} tabIndex={-1}>
          <Suspense fallback={<PagePending />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Shortcuts onSearch={openSearch} />
      {search !== 'unused' && (
        <Suspense>
          <SearchPalette open={search === 'open'} onClose={() => setSearch('closed')} />
        </Suspense>
      )}
    </div>
  );
}
