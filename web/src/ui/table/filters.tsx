import './table.css';
import { CalendarIcon, DownloadIcon, FilterIcon, LoadingIcon, SearchIcon, SettingIcon } from '../icons';
import { DB_TYPES } from '@whalefall/contract';
import { Button, Checkbox, Input, Popover, Select } from 'antd';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

const WAIT_MS = 300;

/** Waits until typing rests, then asks; shows that it is asking. */
export function SearchBox({
  value,
  onChange,
  busy,
  placeholder,
}: {
  value: string;
  onChange: (text: string) => void;
  busy: boolean;
  placeholder: string;
}) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  });
  useEffect(() => {
    // Changed from outside: the back button, "clear filters".
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      change.current(wanted);
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const asking = busy || text.trim() !== value;
  return (
    <Input
      className="search"
      type="search"
      value={text}
      onChange={(event) => setText(event.target.value)}
      placeholder={placeholder}
      aria-label={placeholder}
      prefix={asking && text ? <LoadingIcon /> : <SearchIcon />}
      allowClear
      maxLength={255}
    />
  );
}

/** Filters side by side; on a small screen behind a button that says how many are set. */
export function FilterGroup({ active, children }: { active: number; children: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button className="filters-toggle" icon={<FilterIcon />} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {t('ui.filters')}
        {active > 0 && <span className="filters-count">{active}</span>}
      </Button>
      <div className="filters" id={id} data-open={open || undefined}>
        {children}
      </div>
    </>
  );
}

export function FilterSelect({
  label,
  value,
  options,
  onChange,
  width = 132,
  search = false,
}: {
  label: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange: (value: string | null) => void;
  width?: number;
  search?: boolean;
}) {
  return (
    <Select
      className="filter"
      style={{ width }}
      value={value ?? null}
      placeholder={label}
      aria-label={label}
      options={options}
      onChange={(next: string | null | undefined) => onChange(next ?? null)}
      allowClear
      popupMatchSelectWidth={false}
      {...(search && { showSearch: { optionFilterProp: 'label' } })}
    />
  );
}

export function EngineFilter({
  value,
  onChange,
  width = 132,
}: {
  value: string | undefined;
  onChange: (value: string | null) => void;
  width?: number;
}) {
  const { t } = useTranslation();
  return (
    <FilterSelect
      label={t('instances.dbType')}
      value={value}
      options={DB_TYPES.map((type) => ({ value: type, label: t(`ui.dbTypes.${type}`) }))}
      onChange={onChange}
      width={width}
    />
  );
}

export function FilterMany({
  label,
  value,
  options,
  onChange,
  width = 180,
}: {
  label: string;
  value: string[];
  options: { value: string; label: string }[];
  onChange: (value: string[]) => void;
  width?: number;
}) {
  return (
    <Select
      className="filter"
      style={{ minWidth: width }}
      mode="multiple"
      value={value}
      placeholder={label}
      aria-label={label}
      options={options}
      onChange={onChange}
      maxTagCount={2}
      allowClear
      popupMatchSelectWidth={false}
      showSearch={{ optionFilterProp: 'label' }}
    />
  );
}

/** A filter that only a link sets: said, and taken away by a press. */
export function FilterChip({ label, onClear }: { label: string; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <Button className="filter-chip" onClick={onClear} aria-label={t('ui.clearOne', { filter: label })}>
      {label} <span aria-hidden="true">×</span>
    </Button>
  );
}

const DAY = /^(19|2\d)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/**
 * A calendar date, written as it stands in the address. The browser's own field would write it as the browser's language
 * does, whatever ours is; its calendar is used, opened by the button.
 */
export function DateFilter({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | null) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value ?? '');
  const [shown, setShown] = useState(value ?? '');
  // Changed from outside: the back button, "clear filters", the calendar.
  if ((value ?? '') !== shown) {
    setShown(value ?? '');
    setTyped(value ?? '');
  }
  function leave() {
    const text = typed.trim();
    if (text === shown) return;
    if (text === '' || DAY.test(text)) onChange(text || null);
    else setTyped(shown);
  }
  return (
    <span className="date-filter">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === 'Enter') leave();
        }}
        placeholder={t('ui.dayFormat')}
        inputMode="numeric"
        maxLength={10}
        autoComplete="off"
      />
      <button type="button" aria-label={t('ui.pickDay', { label })} onClick={() => picker.current?.showPicker()}>
        <CalendarIcon />
      </button>
      <input
        ref={picker}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value || null)}
      />
    </span>
  );
}

export function ExportButton({ href }: { href: string }) {
  const { t } = useTranslation();
  return (
    <Button href={href} icon={<DownloadIcon />} download>
      {t('ui.export')}
    </Button>
  );
}

export function ColumnChooser({
  columns,
  shown,
  onChange,
}: {
  columns: { key: string; title: string; fixed?: boolean }[];
  shown: string[];
  onChange: (keys: string[] | null) => void;
}) {
  const { t } = useTranslation();
  const list = (
    <div className="chooser">
      {columns
        .filter((column) => !column.fixed)
        .map((column) => (
          <Checkbox
            key={column.key}
            checked={shown.includes(column.key)}
            onChange={(event) => onChange(event.target.checked ? [...shown, column.key] : shown.filter((key) => key !== column.key))}
          >
            {column.title}
          </Checkbox>
        ))}
      <Button size="small" type="text" onClick={() => onChange(null)}>
        {t('ui.columnsReset')}
      </Button>
    </div>
  );
  return (
    <Popover content={list} trigger="click" placement="bottomRight">
      <Button icon={<SettingIcon />} aria-label={t('ui.columns')} title={t('ui.columns')} />
    </Popover>
  );
}
