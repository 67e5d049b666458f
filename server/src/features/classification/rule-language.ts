import type { DbType } from '@whalefall/contract';
import type { FieldFault } from '../../refusal.ts';
import { FIELDS, type Field, type Flag, FLAGS, type Kind, KINDS, SAME_FIELD } from './fields.ts';

/** One condition of a rule. Places may hold `*`; an absent one means anywhere. */
export interface Item {
  name: string;
  scope?: string;
  database?: string;
  schema?: string;
  object?: string;
  tablespace?: string;
  grantable?: boolean;
  admin?: boolean;
}
export interface ParsedRule {
  operator: 'OR' | 'AND';
  items: { group: string; item: Item }[];
  exclude: { group: string; item: Item }[];
  flags: Partial<Record<Flag, boolean>>;
  fallback: boolean;
}
export interface Reading {
  rule: ParsedRule;
  /** What is stored: sorted, with the operator written in, empty groups left out. */
  canonical: Record<string, unknown>;
  faults: FieldFault[];
}

const MOST_ITEMS = 500;
const LONGEST = 255;
/** How a part of an item may be called, and what we call it. */
const PARTS: Record<string, keyof Item | 'names'> = {
  ...{ name: 'name', privilege: 'name', role: 'name', privileges: 'names', scope: 'scope', database: 'database', schema: 'schema' },
  ...{ table: 'object', object: 'object', object_name: 'object', tablespace: 'tablespace', tablespace_name: 'tablespace' },
  ...{ grantable: 'grantable', admin: 'admin' },
};

const fault = (code: string, zh: string, en: string): FieldFault => ({ code, zh, en });
const unknownField = (name: string) => fault('RULE_UNKNOWN_FIELD', `规则中有未知的字段：${name}`, `Unknown field in the rule: ${name}`);
const badItem = (group: string) => fault('RULE_ITEM_INVALID', `${group} 中有无效的条目`, `Invalid entry in ${group}`);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a rule's expression for one engine. What it means: OR = any listed item, anywhere; AND = every listed item, each
 * anywhere; `exclude` and `flags` are demanded on top; `fallback` = only accounts that no other rule matched.
 * @param operator the form's own field; it wins over the one inside the expression
 * @returns all faults at once; with faults the rule must not be saved, and a stored one never matches
 */
export function readExpression(dbType: DbType, given: unknown, operator?: 'OR' | 'AND'): Reading {
  const faults: FieldFault[] = [];
  const rule: ParsedRule = { operator: operator ?? 'OR', items: [], exclude: [], flags: {}, fallback: false };
  const source = asObject(given);
  if (!source)
    return { rule, canonical: {}, faults: [fault('RULE_JSON_INVALID', '规则表达式不是 JSON 对象', 'The expression is no JSON object')] };
  const type = `${dbType}_permissions`;
  const groups: Record<string, unknown> = {};
  const excluded: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(source)) {
    if (key === 'type') {
      if (value !== type) faults.push(fault('RULE_TYPE_MISMATCH', `规则类型应为 ${type}`, `The rule's type must be ${type}`));
    } else if (key === 'operator') {
      const word = typeof value === 'string' ? value.toUpperCase() : value;
      if (word !== 'OR' && word !== 'AND')
        faults.push(fault('RULE_OPERATOR_INVALID', '匹配逻辑只能是 OR 或 AND', 'The operator is OR or AND'));
      else rule.operator = operator ?? word;
    } else if (key === 'exclude') {
      if (isObject(value)) Object.assign(excluded, value);
      else faults.push(badItem('exclude'));
    } else if (key === 'exclude_privileges' && dbType === 'mysql') {
      if (!Array.isArray(value)) faults.push(badItem(key));
      else excluded.global_privileges = [...((excluded.global_privileges as unknown[] | undefined) ?? []), ...value];
    } else if (key === 'flags') faults.push(...readFlags(value, rule));
    else if (key === 'fallback') {
      if (typeof value === 'boolean') rule.fallback = value;
      else faults.push(badItem('fallback'));
    } else groups[key] = value;
  }
  const written = readGroups(dbType, groups, rule.items, faults);
  const vetoes = readGroups(dbType, excluded, rule.exclude, faults);
  if (faults.length === 0 && rule.items.length === 0 && Object.keys(rule.flags).length === 0 && !rule.fallback)
    faults.push(fault('RULE_EMPTY', '规则没有任何条件', 'The rule has no condition'));
  const canonical = sorted({
    type,
    operator: rule.operator,
    ...written,
    ...(Object.keys(vetoes).length > 0 ? { exclude: vetoes } : {}),
    ...(Object.keys(rule.flags).length > 0 ? { flags: rule.flags } : {}),
    ...(rule.fallback ? { fallback: true } : {}),
  }) as Record<string, unknown>;
  return { rule, canonical, faults };
}

function asObject(given: unknown): Record<string, unknown> | null {
  let value = given;
  if (typeof given === 'string')
    try {
      value = JSON.parse(given);
    } catch {
      return null;
    }
  return isObject(value) ? value : null;
}

function readFlags(value: unknown, rule: ParsedRule): FieldFault[] {
  if (!isObject(value)) return [badItem('flags')];
  return Object.entries(value).flatMap(([name, wanted]) => {
    if (!(name in FLAGS)) return [unknownField(`flags.${name}`)];
    if (typeof wanted !== 'boolean') return [badItem(`flags.${name}`)];
    rule.flags[name as Flag] = wanted;
    return [];
  });
}

/** @returns the groups as they are stored */
function readGroups(dbType: DbType, groups: Record<string, unknown>, into: ParsedRule['items'], faults: FieldFault[]) {
  const written: Record<string, unknown[]> = {};
  for (const [given, value] of Object.entries(groups)) {
    const field = Object.hasOwn(FIELDS[dbType], given) ? FIELDS[dbType][given]! : undefined;
    if (!field) faults.push(unknownField(given));
    else if (!Array.isArray(value) || value.length > MOST_ITEMS) faults.push(badItem(given));
    else {
      const group = SAME_FIELD[dbType][given] ?? given;
      const read = value.map((one) => readItem(field, one));
      if (read.includes(null)) faults.push(badItem(given));
      const items = read.flatMap((one) => one ?? []);
      into.push(...items.map((item) => ({ group, item })));
      const texts = new Map(
        [...(written[group] ?? []), ...items.map(shortest)].map((one) => [typeof one === 'string' ? one : JSON.stringify(one), one]),
      );
      if (texts.size > 0) written[group] = [...texts.keys()].sort().map((text) => texts.get(text));
    }
  }
  return written;
}

/** A plain name stays a plain name. */
const shortest = (item: Item): unknown => (Object.keys(item).length === 1 ? item.name : sorted(item));

/** @returns null for what says nothing; `{privileges: […]}` becomes one item each */
function readItem(field: Field, given: unknown): Item[] | null {
  if (typeof given === 'string') return isName(field, given) ? [{ name: given.trim() }] : null;
  if (!isObject(given)) return null;
  const item: Partial<Item> = {};
  let names: unknown[] | null = null;
  for (const [key, value] of Object.entries(given)) {
    const part = Object.hasOwn(PARTS, key) ? PARTS[key] : undefined;
    if (part === undefined) return null;
    if (value === null || value === undefined) continue;
    if (part === 'names') {
      if (!Array.isArray(value) || value.length === 0 || value.length > MOST_ITEMS) return null;
      names = value;
    } else if (part === 'grantable' || part === 'admin') {
      if (typeof value !== 'boolean') return null;
      item[part] = value;
    } else {
      if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST) return null;
      // A bare `*` says nothing about a place.
      if (part === 'name' || value.trim() !== '*') item[part] = value.trim();
    }
  }
  // What is owned is told by its scope alone.
  if (field.look.in === 'owns' && item.name === undefined && item.scope) item.name = item.scope;
  const all = [...(item.name === undefined ? [] : [item.name]), ...(names ?? [])];
  if (all.length === 0 || !all.every((name) => typeof name === 'string' && isName(field, name))) return null;
  return (all as string[]).map((name) => {
    const own: Item = { ...item, name: name.trim() };
    if (field.look.in === 'owns') delete own.scope;
    return own;
  });
}

const isName = (field: Field, text: string): boolean =>
  text.trim() !== '' && text.length <= LONGEST && (field.look.in !== 'kinds' || KINDS.includes(text.trim().toLowerCase() as Kind));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** A rule in one sentence. */
export function summary(dbType: DbType, expression: unknown, locale: string): string {
  const { rule, faults } = readExpression(dbType, expression);
  const en = locale === 'en';
  if (faults.length > 0) return en ? 'Invalid: never matches' : '无效规则：不匹配任何账户';
  const listed = (items: ParsedRule['items']) => {
    const groups = new Map<string, string[]>();
    for (const { group, item } of items) groups.set(group, [...(groups.get(group) ?? []), said(item, en)]);
    return [...groups].map(([group, names]) => `${FIELDS[dbType][group]![en ? 'en' : 'zh']}: ${names.join(', ')}`).join('; ');
  };
  const flags = Object.entries(rule.flags).map(([flag, wanted]) => {
    const words = FLAGS[flag as Flag];
    return en ? `${wanted ? '' : 'not '}${words.en}` : `${wanted ? '' : '非'}${words.zh}`;
  });
  const parts = [
    rule.items.length > 0 ? `${rule.operator === 'OR' ? (en ? 'Any of ' : '任一：') : en ? 'All of ' : '全部：'}${listed(rule.items)}` : '',
    rule.exclude.length > 0 ? `${en ? 'none of ' : '排除：'}${listed(rule.exclude)}` : '',
    flags.join(en ? ', ' : '、'),
    rule.fallback ? (en ? 'no other rule matched' : '没有其他规则匹配') : '',
  ];
  return parts.filter(Boolean).join(en ? '; ' : '；');
}

function said(item: Item, en: boolean): string {
  const place = [item.scope, item.database, item.schema, item.object, item.tablespace].filter(Boolean).join('.');
  const option = item.grantable || item.admin ? (en ? ' with grant option' : '（可转授）') : '';
  return `${item.name}${place ? ` @ ${place}` : ''}${option}`;
}
