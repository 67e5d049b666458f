import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { A } from './a';

export interface Crumb {
  label: string;
  href: string;
}

/** A page's frame: browser title, breadcrumbs, heading, actions. */
export function Page({
  title,
  heading,
  crumbs = [],
  meta,
  actions,
  children,
}: {
  title: string;
  heading?: ReactNode;
  crumbs?: Crumb[];
  meta?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <title>{`${title} – ${t('brand.name')}`}</title>
      <div className="page-head">
        <div className="page-name">
          {crumbs.length > 0 && (
            <nav aria-label={t('ui.breadcrumb')}>
              <ol className="crumbs">
                {crumbs.map((crumb) => (
                  <li key={crumb.href}>
                    <A href={crumb.href}>{crumb.label}</A>
                  </li>
                ))}
              </ol>
            </nav>
          )}
          <h1>{heading ?? title}</h1>
          {meta && <div className="page-meta">{meta}</div>}
        </div>
        {actions && <div className="page-acts">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Panel({
  title,
  extra,
  children,
  className = '',
  flush = false,
}: {
  title?: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}) {
  return (
    <section className={`panel ${flush ? 'flush ' : ''}${className}`}>
      {(title || extra) && (
        <header>
          {title && <h2>{title}</h2>}
          {extra && <div className="panel-extra">{extra}</div>}
        </header>
      )}
      <div className="panel-body">{children}</div>
    </section>
  );
}

/** Name and value, one under the other or side by side. */
export function Facts({ items, columns = 2 }: { items: [label: string, value: ReactNode][]; columns?: 1 | 2 | 3 }) {
  return (
    <dl className={`facts c${columns}`}>
      {items.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface Stat {
  key: string;
  label: string;
  value: ReactNode;
  href?: string | undefined;
  tone?: 'good' | 'warn' | 'bad' | undefined;
  hint?: ReactNode;
  current?: boolean | undefined;
}
/** A row of numbers; each leads to the list it counts. */
export function Stats({ items }: { items: Stat[] }) {
  return (
    <ul className="stats">
      {items.map((one) => {
        const body = (
          <>
            <span className="stat-label">{one.label}</span>
            <span className={`stat-value ${one.tone ?? ''}`}>{one.value}</span>
            {one.hint && <span className="stat-hint">{one.hint}</span>}
          </>
        );
        return (
          <li key={one.key}>
            {one.href ? (
              <A href={one.href} aria-current={one.current ? 'true' : undefined}>
                {body}
              </A>
            ) : (
              <div>{body}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Tabs whose choice stands in the address. */
export function Tabs({
  tabs,
  current,
  label,
}: {
  tabs: { key: string; label: ReactNode; href: string }[];
  current: string;
  label: string;
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <A key={tab.key} href={tab.href} aria-current={tab.key === current ? 'page' : undefined}>
          {tab.label}
        </A>
      ))}
    </nav>
  );
}
