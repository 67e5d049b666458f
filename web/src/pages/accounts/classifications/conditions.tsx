import { catalogue, type DbType } from '@whalefall/contract';
import { Button, Dropdown } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { PlusIcon } from '../../../ui/icons';
import { Condition, type Option } from './condition';
import { type GroupDef, type Groups, GROUPS, type Item } from './expression';
import { useGroupName } from './in-words';

/** The engine's privilege names by category, as options. */
function useNames(type: DbType): (group: GroupDef) => Option[] {
  const { t } = useTranslation();
  const { data } = useRoute(
    catalogue.accountsClassifications.getPermissions,
    { params: { db_type: type } },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  return useMemo(() => {
    return (group) => {
      const found = new Map<string, Option>();
      for (const name of group.own ?? []) {
        const label = group.key === 'kinds' ? t(`classes.kinds.${name as 'read'}`) : name;
        found.set(name, { value: name, label, hint: '', text: `${name} ${label}` });
      }
      for (const category of group.names)
        for (const { name, description } of data?.permissions[category] ?? [])
          if (!found.has(name)) found.set(name, { value: name, label: name, hint: description, text: `${name} ${description}` });
      return [...found.values()];
    };
  }, [data, t]);
}

/** Groups of privilege names, each with what is wanted of it; the same for conditions and exceptions. */
export function Conditions({
  id,
  type,
  groups,
  onChange,
  add,
  invalid,
}: {
  id?: string;
  type: DbType;
  groups: Groups;
  onChange: (groups: Groups) => void;
  add: 'classes.form.addGroup' | 'classes.form.addExclude';
  invalid?: boolean | undefined;
}) {
  const { t } = useTranslation();
  const names = useNames(type);
  const groupName = useGroupName();
  const known = GROUPS[type];
  const shown = Object.keys(groups).map((key) => known.find((one) => one.key === key) ?? { key, names: [], parts: [] });
  const left = known.filter((one) => !(one.key in groups));
  const set = (key: string, items: Item[] | null) => {
    const next = { ...groups };
    if (items === null) delete next[key];
    else next[key] = items;
    onChange(next);
  };
  return (
    <div className="conditions" data-invalid={invalid || undefined}>
      {shown.map((group) => (
        <Condition
          key={group.key}
          group={group}
          title={groupName(group.key)}
          options={names(group)}
          items={groups[group.key] ?? []}
          onChange={(items) => set(group.key, items)}
          onRemove={() => set(group.key, null)}
        />
      ))}
      {left.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{ items: left.map((one) => ({ key: one.key, label: groupName(one.key) })), onClick: ({ key }) => set(key, []) }}
        >
          <Button id={id} size="small" icon={<PlusIcon />} aria-haspopup="menu">
            {t(add)}
          </Button>
        </Dropdown>
      )}
    </div>
  );
}
