import type { DbType } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import type zh from '../../../i18n/zh-CN/classes';
import { type Draft, type Groups, type Item, KINDS, placeOf, saysSomething, SCOPES, writeDraft } from './expression';
import './matched-facts.css';

/** The name of a rule's group; one that we do not know stands as it is. */
export function useGroupName(): (key: string) => string {
  const { t, i18n } = useTranslation();
  return (key) => (i18n.exists(`classes.groups.${key}`) ? t(`classes.groups.${key as keyof typeof zh.groups}`) : key);
}

export function ItemWords({ item, group }: { item: Item; group: string }) {
  const { t } = useTranslation();
  const scope = SCOPES.find((one) => one === item.scope);
  const place = placeOf(scope ? { ...item, scope: t(`accounts.priv.scopes.${scope}`) } : item);
  const kind = group === 'kinds' ? KINDS.find((one) => one === item.name) : undefined;
  return (
    <span className="rule-item">
      <code>{kind ? t(`classes.kinds.${kind}`) : item.name}</code>
      {place && <small className="mono">{t('classes.said.at', { place })}</small>}
      {item.grantable && <small>{t('classes.said.grantable')}</small>}
      {item.admin && <small>{t('classes.said.admin')}</small>}
    </span>
  );
}

function GroupWords({ groups }: { groups: Groups }) {
  const name = useGroupName();
  return (
    <ul className="rule-groups">
      {Object.entries(groups).map(([key, items]) => (
        <li key={key}>
          <span>{name(key)}</span>
          {items.map((item) => (
            <ItemWords key={JSON.stringify(item)} item={item} group={key} />
          ))}
        </li>
      ))}
    </ul>
  );
}

/** A rule read aloud. */
export function InWords({ type, operator, draft }: { type: DbType; operator: 'OR' | 'AND'; draft: Draft }) {
  const { t } = useTranslation();
  if (!saysSomething(draft)) return <p className="muted">{t('classes.said.empty')}</p>;
  // Read back from what is sent: unfinished items are not told.
  const { groups, exclude } = cleaned(type, operator, draft);
  const has = Object.keys(groups).length > 0;
  const facts = [
    draft.is_superuser !== null && t(draft.is_superuser ? 'classes.said.superuser' : 'classes.said.notSuperuser'),
    draft.is_locked !== null && t(draft.is_locked ? 'classes.said.locked' : 'classes.said.notLocked'),
    draft.fallback && t('classes.said.fallback'),
  ].filter((one) => one !== false);
  return (
    <div className="rule-words">
      {has && (
        <>
          <p>{t(operator === 'OR' ? 'classes.said.any' : 'classes.said.all')}</p>
          <GroupWords groups={groups} />
        </>
      )}
      {Object.keys(exclude).length > 0 && (
        <>
          <p>{t(has ? 'classes.said.none' : 'classes.said.onlyNone')}</p>
          <GroupWords groups={exclude} />
        </>
      )}
      {facts.length > 0 && (
        <ul className="rule-facts">
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function cleaned(type: DbType, operator: 'OR' | 'AND', draft: Draft): { groups: Groups; exclude: Groups } {
  const sent = writeDraft(type, operator, draft);
  const of = (source: Record<string, unknown>, keys: string[]): Groups =>
    Object.fromEntries(
      keys
        .filter((key) => Array.isArray(source[key]))
        .map((key) => [key, (source[key] as (string | Item)[]).map((one) => (typeof one === 'string' ? { name: one } : one))]),
    );
  return {
    groups: of(sent, Object.keys(draft.groups)),
    exclude: of((sent.exclude ?? {}) as Record<string, unknown>, Object.keys(draft.exclude)),
  };
}
