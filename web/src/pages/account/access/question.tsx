import type { catalogue } from '@whalefall/contract';
import { AutoComplete, Button, Checkbox, Input } from 'antd';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchIcon } from '../../../ui/icons';
import { EngineFilter, FilterGroup, FilterMany } from '../../../ui/table/filters';
import type { ListState } from '../../../ui/table/list-state';
import { InstanceFilter } from '../../instances/instance-filter';
import { useTagOptions } from '../../tags/tag-options';

const COMMON = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'DROP', 'ALTER', 'CREATE', 'GRANT', 'EXECUTE', 'CONNECT'],
  ...['CREATE USER', 'CREATEROLE', 'CREATEDB', 'SUPER', 'FILE', 'CONTROL', 'CONTROL SERVER', 'IMPERSONATE'],
  ...['ALTER ANY LOGIN', 'DROP ANY TABLE', 'SELECT ANY TABLE', 'GRANT ANY PRIVILEGE', 'CREATE SESSION'],
];
export const PARTS = ['privilege', 'database', 'schema', 'object'] as const;

/** The question: what, and where. Typed in whole, then asked; the narrowing beside it works at once. */
export function Question({ list }: { list: ListState<typeof catalogue.account.listAccess> }) {
  const { t } = useTranslation();
  const id = useId();
  const { options } = useTagOptions();
  const asked = Object.fromEntries(PARTS.map((part) => [part, list.text(part) ?? ''])) as Record<(typeof PARTS)[number], string>;
  const [typed, setTyped] = useState(asked);
  const [shown, setShown] = useState(asked);
  // Asked from elsewhere: a saved question, the back button.
  if (PARTS.some((part) => asked[part] !== shown[part])) {
    setShown(asked);
    setTyped(asked);
  }
  function ask(event: FormEvent) {
    event.preventDefault();
    if (typed.privilege.trim()) list.set(Object.fromEntries(PARTS.map((part) => [part, typed[part].trim() || null])));
  }
  return (
    <form className="question" onSubmit={ask} role="search" aria-label={t('access.title')}>
      <div className="question-parts">
        <div className="field">
          <label htmlFor={`${id}-privilege`}>{t('access.privilege')}</label>
          <AutoComplete
            id={`${id}-privilege`}
            value={typed.privilege}
            onChange={(privilege: string) => setTyped({ ...typed, privilege })}
            options={COMMON.map((value) => ({ value }))}
            showSearch={{ filterOption: (text, option) => String(option?.value).includes(text.toUpperCase()) }}
            placeholder={t('access.privilegeHint')}
            className="mono"
          />
        </div>
        {(['database', 'schema', 'object'] as const).map((part) => (
          <div className="field" key={part}>
            <label htmlFor={`${id}-${part}`}>{t(`access.${part}`)}</label>
            <Input
              id={`${id}-${part}`}
              name={part}
              value={typed[part]}
              onChange={(event) => setTyped({ ...typed, [part]: event.target.value })}
              placeholder={t('access.anywhere')}
              maxLength={part === 'object' ? 2000 : 255}
              autoComplete="off"
              spellCheck={false}
              className="mono"
            />
          </div>
        ))}
        <Button type="primary" htmlType="submit" icon={<SearchIcon />} disabled={!typed.privilege.trim()}>
          {t('access.ask')}
        </Button>
      </div>
      <div className="row">
        <FilterGroup active={list.active - PARTS.filter((part) => list.text(part)).length}>
          <EngineFilter value={list.text('db_type')} onChange={(db_type) => list.set({ db_type })} />
          <InstanceFilter
            label={t('access.instance')}
            value={list.text('instance_id')}
            onChange={(instance_id) => list.set({ instance_id })}
            width={150}
            engine={list.text('db_type')}
          />
          <FilterMany
            label={t('access.tag')}
            value={list.texts('tag')}
            options={options}
            onChange={(tag) => list.set({ tag })}
            width={140}
          />
          <Checkbox
            checked={list.text('include_public') !== 'false'}
            onChange={(event) => list.set({ include_public: event.target.checked ? null : 'false' })}
          >
            {t('access.includePublic')}
          </Checkbox>
        </FilterGroup>
      </div>
    </form>
  );
}
