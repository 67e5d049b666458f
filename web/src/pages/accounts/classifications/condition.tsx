import { AutoComplete, Button, Checkbox, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type GroupDef, isPlain, type Item, SCOPES } from './expression';

const TEXTS = ['database', 'schema', 'object', 'tablespace'] as const;
export interface Option {
  value: string;
  label: string;
  hint: string;
  text: string;
}

function described(option: { data: Option }) {
  return (
    <span className="privilege-option">
      <code>{option.data.label}</code>
      <small>{option.data.hint}</small>
    </span>
  );
}

/** What is wanted of one group of names: plain names, and names bound to a place. */
export function Condition({
  group,
  title,
  options,
  items,
  onChange,
  onRemove,
}: {
  group: GroupDef;
  title: string;
  options: Option[];
  items: Item[];
  onChange: (items: Item[]) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const plain = items.filter(isPlain);
  const placed = items.filter((item) => !isPlain(item));
  const change = (at: number, item: Item | null) =>
    onChange([...plain, ...placed.flatMap((one, i) => (i !== at ? [one] : item === null ? [] : [item]))]);
  // A new place begins with an empty part: that is what tells it from a plain name.
  const first = TEXTS.find((part) => group.parts.includes(part));
  const fresh = (): Item => (first ? { name: '', [first]: '' } : { name: '', admin: true });
  return (
    <fieldset className="condition">
      <legend>{title}</legend>
      <Button
        type="text"
        size="small"
        className="condition-remove"
        onClick={onRemove}
        aria-label={t('classes.form.removeGroup', { group: title })}
      >
        ×
      </Button>
      <Select
        mode="tags"
        value={plain.map((item) => item.name)}
        onChange={(names: string[]) => onChange([...names.map((name) => ({ name: name.trim() })).filter((item) => item.name), ...placed])}
        options={options}
        showSearch={{ optionFilterProp: 'text' }}
        optionRender={described}
        placeholder={t('classes.form.pick')}
        aria-label={title}
        tokenSeparators={[',', ';']}
      />
      {placed.map((item, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- an item has nothing but its place in the list
        <Placed key={i} group={group} title={title} item={item} options={options} onChange={(next) => change(i, next)} />
      ))}
      {group.parts.length > 0 && (
        <Button type="link" size="small" onClick={() => onChange([...plain, ...placed, fresh()])}>
          {t('classes.form.place')}
        </Button>
      )}
    </fieldset>
  );
}

/** One name bound to a place. */
function Placed({
  group,
  title,
  item,
  options,
  onChange,
}: {
  group: GroupDef;
  title: string;
  item: Item;
  options: Option[];
  onChange: (item: Item | null) => void;
}) {
  const { t } = useTranslation();
  const set = (patch: Partial<Item>) => onChange({ ...item, ...patch });
  return (
    <div className="placed">
      <AutoComplete
        className="placed-name"
        value={item.name}
        onChange={(name: string) => set({ name })}
        options={options}
        showSearch={{ filterOption: (text, option) => (option?.text ?? '').toLowerCase().includes(text.toLowerCase()) }}
        placeholder={t('classes.form.parts.name')}
        aria-label={`${title}: ${t('classes.form.parts.name')}`}
        popupMatchSelectWidth={false}
      />
      {group.parts.includes('scope') && (
        <Select
          value={item.scope || null}
          onChange={(scope: string | null) => set({ scope: scope ?? '' })}
          options={SCOPES.map((value) => ({ value, label: t(`accounts.priv.scopes.${value}`) }))}
          placeholder={t('classes.form.parts.scope')}
          aria-label={t('classes.form.parts.scope')}
          allowClear
        />
      )}
      {TEXTS.filter((part) => group.parts.includes(part)).map((part) => (
        <Input
          key={part}
          className="mono"
          value={item[part] ?? ''}
          onChange={(event) => set({ [part]: event.target.value })}
          placeholder={t(`classes.form.parts.${part}`)}
          aria-label={t(`classes.form.parts.${part}`)}
          maxLength={255}
        />
      ))}
      {group.parts.includes('grantable') && (
        <Select
          value={item.grantable ?? null}
          onChange={(grantable: boolean | null) => onChange(without(item, 'grantable', grantable))}
          options={[
            { value: true, label: t('classes.form.grantable') },
            { value: false, label: t('classes.form.notGrantable') },
          ]}
          placeholder={t('classes.form.anyGrantable')}
          aria-label={t('classes.form.anyGrantable')}
          allowClear
        />
      )}
      {group.parts.includes('admin') && (
        <Checkbox checked={item.admin === true} onChange={(event) => onChange(without(item, 'admin', event.target.checked || null))}>
          {t('classes.form.admin')}
        </Checkbox>
      )}
      <Button
        type="text"
        size="small"
        onClick={() => onChange(null)}
        aria-label={t('classes.form.removePlace', { name: item.name || title })}
      >
        ×
      </Button>
    </div>
  );
}

function without(item: Item, part: 'grantable' | 'admin', value: boolean | null | undefined): Item {
  const { [part]: _, ...rest } = item;
  return value === null || value === undefined ? rest : { ...rest, [part]: value };
}
