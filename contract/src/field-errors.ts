import type { z } from 'zod';
import type { FieldErrors, FieldError } from './envelope.ts';
import type { Text } from './route.ts';

export type Locale = 'zh-CN' | 'en';
export const LOCALES = ['zh-CN', 'en'] as const;

/** The text of one language. */
export function inLocale(text: Text, locale: Locale): string {
  return locale === 'en' ? text.en : text.zh;
}

/**
 * Faults a schema finds by itself. Schemas name others with `params: { code, zh, en }` on refine/superRefine.
 * Browser and server make the same texts from the same schema.
 */
const TEXTS = {
  REQUIRED: { zh: '必填', en: 'Required' },
  INVALID_TYPE: { zh: '类型不正确，应为{expected}', en: 'Wrong type, expected {expected}' },
  TOO_SHORT: { zh: '至少 {minimum} 个字符', en: 'At least {minimum} characters' },
  TOO_LONG: { zh: '最多 {maximum} 个字符', en: 'At most {maximum} characters' },
  TOO_SMALL: { zh: '不能小于 {minimum}', en: 'Must be at least {minimum}' },
  TOO_BIG: { zh: '不能大于 {maximum}', en: 'Must be at most {maximum}' },
  TOO_FEW: { zh: '至少 {minimum} 项', en: 'At least {minimum} items' },
  TOO_MANY: { zh: '最多 {maximum} 项', en: 'At most {maximum} items' },
  INVALID_FORMAT: { zh: '格式不正确', en: 'Wrong format' },
  INVALID_VALUE: { zh: '不是允许的值：{values}', en: 'Not one of: {values}' },
  UNKNOWN_FIELD: { zh: '未知字段', en: 'Unknown field' },
  NUL_CHARACTER: { zh: '不能包含空字符 U+0000', en: 'Must not contain U+0000' },
  INVALID: { zh: '无效的值', en: 'Invalid value' },
} as const;
export type FieldErrorCode = keyof typeof TEXTS;

/** One field error of the shared vocabulary. */
export function fieldError(code: FieldErrorCode, locale: Locale, values: Record<string, unknown> = {}): FieldError {
  const text = inLocale(TEXTS[code], locale).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  return { code, message: text };
}

type Issue = z.core.$ZodIssue;

function translate(issue: Issue, locale: Locale): FieldError {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && (issue as { received?: string }).received === undefined
        ? fieldError('REQUIRED', locale)
        : fieldError('INVALID_TYPE', locale, { expected: issue.expected });
    case 'too_small': {
      const code =
        issue.origin === 'string' ? (issue.minimum === 1 ? 'REQUIRED' : 'TOO_SHORT') : issue.origin === 'array' ? 'TOO_FEW' : 'TOO_SMALL';
      return fieldError(code, locale, { minimum: issue.minimum });
    }
    case 'too_big':
      return fieldError(issue.origin === 'string' ? 'TOO_LONG' : issue.origin === 'array' ? 'TOO_MANY' : 'TOO_BIG', locale, {
        maximum: issue.maximum,
      });
    case 'invalid_format':
      return fieldError('INVALID_FORMAT', locale);
    case 'invalid_value':
      return issue.input === undefined
        ? fieldError('REQUIRED', locale)
        : fieldError('INVALID_VALUE', locale, { values: issue.values.map(String).join(', ') });
    case 'unrecognized_keys':
      return fieldError('UNKNOWN_FIELD', locale);
    case 'custom': {
      const p = issue.params as { code?: string; zh?: string; en?: string } | undefined;
      if (p?.code && p.zh && p.en) return { code: p.code, message: inLocale({ zh: p.zh, en: p.en }, locale) };
      return fieldError('INVALID', locale);
    }
    default:
      return fieldError('INVALID', locale);
  }
}

function flatten(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const branches = issue.errors.filter((branch) => branch.length > 0);
  // The branch that got furthest says most; the branches' paths are relative to the union.
  const best = branches.toSorted((a, b) => a.length - b.length || b[0]!.path.length - a[0]!.path.length)[0];
  if (!best) return [{ ...issue, code: 'custom', params: undefined } as unknown as Issue];
  return best.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

/** All faults of a failed parse, by dotted field path; the whole body is the empty path `body`. */
export function fieldErrors(error: { issues: readonly Issue[] }, locale: Locale): FieldErrors {
  const fields: FieldErrors = {};
  for (const issue of error.issues.flatMap(flatten)) {
    const path = issue.path.map(String).join('.') || 'body';
    (fields[path] ??= []).push(translate(issue, locale));
  }
  return fields;
}
