import { catalogue } from '@whalefall/contract';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';

const OPTIONS = catalogue.common.getInstanceOptions;
const SHOWN = 30;
const WAIT_MS = 250;

/** One instance of a fleet that may be large: the server searches, only the first few are asked for. */
export function InstanceFilter({
  label,
  value,
  onChange,
  width = 140,
  engine,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | null) => void;
  width?: number | string;
  engine?: string | undefined;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const query = { limit: SHOWN, ...(engine && { db_type: engine as never }), ...(asked && { search: asked }) };
  const read = useRoute(OPTIONS, { query }, { enabled: open, staleTime: 60_000, keep: true });
  const chosen = useRoute(OPTIONS, { query: { id: Number(value), limit: 1 } }, { enabled: value !== undefined, staleTime: 60_000 });
  const found = read.data?.instances ?? [];
  const named = chosen.data?.instances.filter((one) => String(one.id) === value && !found.some(({ id }) => id === one.id)) ?? [];
  const options = [...found, ...(text === '' ? named : [])].map((one) => ({ value: String(one.id), label: one.name }));
  const waiting = read.isFetching || text.trim() !== asked;
  return (
    <Select
      className="filter"
      style={{ width }}
      value={
        value === undefined ? null : { value, label: named[0]?.name ?? found.find(({ id }) => String(id) === value)?.name ?? `#${value}` }
      }
      labelInValue
      placeholder={label}
      aria-label={label}
      options={options}
      onChange={(next: { value: string; label: string } | null | undefined) => onChange(next?.value ?? null)}
      onOpenChange={(now) => {
        setOpen(now);
        if (!now) setText('');
      }}
      allowClear
      popupMatchSelectWidth={false}
      notFoundContent={waiting ? t('ui.loading') : t('ui.emptyFiltered')}
      showSearch={{ filterOption: false, searchValue: text, onSearch: setText }}
    />
  );
}
