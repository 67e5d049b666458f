import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Format, useFormat } from '../../i18n/format';
import type zh from '../../i18n/zh-CN/accounts';
import { Facts } from '../../ui/page';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What the server says of an account beside its privileges, under the names a DBA knows it by. */
export function AccountAttributes({ attributes }: { attributes: Record<string, unknown> }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const yes = (on: boolean) => t(on ? 'ui.yes' : 'ui.no');
  const items = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]): [string, ReactNode] => [
      i18n.exists(`accounts.attributeNames.${key}`) ? t(`accounts.attributeNames.${key as keyof typeof zh.attributeNames}`) : key,
      <span key={key} className={typeof value === 'boolean' ? undefined : 'mono'}>
        {said(value, yes, format)}
      </span>,
    ]);
  if (items.length === 0) return null;
  return (
    <section>
      <h2 className="sub">{t('accounts.attributes')}</h2>
      <Facts items={items} />
    </section>
  );
}

/** Never raw JSON: lists side by side, objects as name and value. */
function said(value: unknown, yes: (on: boolean) => string, format: Format): string {
  if (typeof value === 'boolean') return yes(value);
  if (typeof value === 'number') return format.number(value);
  if (typeof value === 'string') return INSTANT.test(value) ? format.dateTime(value) : value;
  if (Array.isArray(value)) return format.list(value.map((one) => said(one, yes, format)));
  if (typeof value === 'object' && value !== null)
    return format.list(Object.entries(value).map(([name, one]) => `${name} ${said(one, yes, format)}`));
  return '–';
}
