import { ERROR_CODES, RECORD_STATUSES, ROLES, SYNC_CATEGORIES, SYNC_TYPES, TAG_CATEGORIES } from '@whalefall/contract';
import { describe, expect, it } from 'vitest';
import en from './en';
import zh from './zh-CN';

function leaves(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? leaves(value, `${path}${key}.`) : [[path + key, String(value)] as [string, string]],
  );
}
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe('texts', () => {
  const chinese = new Map(leaves(zh));
  const english = new Map(leaves(en));
  it('have the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });
  it('are not empty and fill the same holes', () => {
    for (const [key, text] of chinese) {
      expect(text, key).not.toBe('');
      expect(holes(english.get(key) ?? ''), key).toEqual(holes(text));
    }
  });
  it('are written in their language', () => {
    for (const [key, text] of english) expect(/[\u4e00-\u9fff]/.test(text), `${key}: ${text}`).toBe(false);
  });
  it('name every word of the contract', () => {
    for (const texts of [zh, en]) {
      expect(Object.keys(texts.faults.codes).sort()).toEqual([...ERROR_CODES].sort());
      expect(Object.keys(texts.sessions.statuses).sort()).toEqual([...RECORD_STATUSES].sort());
      expect(Object.keys(texts.sessions.categories).sort()).toEqual([...SYNC_CATEGORIES].sort());
      expect(Object.keys(texts.sessions.types).sort()).toEqual([...SYNC_TYPES].sort());
      expect(Object.keys(texts.tags.categories).sort()).toEqual([...TAG_CATEGORIES].sort());
      expect(Object.keys(texts.shell.roles).sort()).toEqual([...ROLES].sort());
    }
  });
});
