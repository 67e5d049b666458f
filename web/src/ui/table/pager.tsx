import { LeftIcon, RightIcon } from '../icons';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { A } from '../a';

const SIZES = [20, 50, 100];

/** First, last, and those around the current one; null is a gap. */
export function pageNumbers(page: number, pages: number): (number | null)[] {
  const wanted = [...new Set([1, page - 1, page, page + 1, pages])].filter((n) => n >= 1 && n <= pages).sort((a, b) => a - b);
  return wanted.flatMap((n, i) => (i > 0 && n - wanted[i - 1]! > 1 ? [null, n] : [n]));
}

export function Pager({
  page,
  pages,
  limit,
  total,
  href,
  onLimit,
}: {
  page: number;
  pages: number;
  limit: number;
  total: number;
  href: (page: number) => string;
  onLimit: (limit: number) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const from = total === 0 ? 0 : (page - 1) * limit + 1;
  const to = Math.min(page * limit, total);
  const n = format.number;
  const sizes = SIZES.includes(limit) ? SIZES : [limit, ...SIZES].sort((a, b) => a - b);
  return (
    <nav className="pager" aria-label={t('ui.pagination')}>
      <span className="pager-total">{t('ui.range', { from: n(from), to: n(to), total: n(total) })}</span>
      <span className="grow" />
      <Select
        size="small"
        value={limit}
        onChange={onLimit}
        options={sizes.map((size) => ({ value: size, label: t('ui.perPage', { n: size }) }))}
        aria-label={t('ui.perPage', { n: limit })}
        popupMatchSelectWidth={false}
        variant="borderless"
      />
      {pages > 1 && (
        <span className="pager-pages">
          {page > 1 && (
            <A href={href(page - 1)} aria-label={t('ui.prev')} rel="prev">
              <LeftIcon />
            </A>
          )}
          {pageNumbers(page, pages).map((one, i) =>
            one === null ? (
              <span key={`gap${i}`}>…</span>
            ) : (
              <A
                key={one}
                href={href(one)}
                aria-current={one === page ? 'page' : undefined}
                aria-label={t('ui.page', { page: one, pages })}
              >
                {one}
              </A>
            ),
          )}
          {page < pages && (
            <A href={href(page + 1)} aria-label={t('ui.next')} rel="next">
              <RightIcon />
            </A>
          )}
        </span>
      )}
    </nav>
  );
}
