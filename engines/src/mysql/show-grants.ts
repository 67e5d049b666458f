/** Reads the text of SHOW GRANTS with a tokenizer (pure). What it says about passwords is skipped. */
import type { Grant, Membership } from '../facts.ts';
import { identity } from './names.ts';

interface Token {
  kind: 'name' | 'word' | 'mark';
  text: string;
}

/** Back-ticked, single- and double-quoted texts (doubled quotes, backslashes outside back-ticks) are names. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  while (i < line.length) {
    const char = line[i]!;
    if (/\s/.test(char)) i += 1;
    else if (char === '`' || char === "'" || char === '"') {
      let text = '';
      i += 1;
      while (i < line.length) {
        if (line[i] === char) {
          if (line[i + 1] !== char) break;
          text += char;
          i += 2;
        } else if (line[i] === '\\' && char !== '`' && i + 1 < line.length) {
          // Quoted as a string, `\_` and `\%` stay as they are: they belong to the pattern.
          text += line[i + 1] === '_' || line[i + 1] === '%' ? `\\${line[i + 1]}` : line[i + 1];
          i += 2;
        } else {
          text += line[i];
          i += 1;
        }
      }
      i += 1;
      tokens.push({ kind: 'name', text });
    } else if (/[*.,()@;]/.test(char)) {
      tokens.push({ kind: 'mark', text: char });
      i += 1;
    } else {
      const word = /^[^\s`'"*.,()@;]+/.exec(line.slice(i))![0];
      tokens.push({ kind: 'word', text: word });
      i += word.length;
    }
  }
  return tokens;
}

export interface ParsedGrants {
  grants: Grant[];
  memberships: Membership[];
  defaultRole?: string;
}

/** One line of SHOW GRANTS. `ALL PRIVILEGES` stays one privilege of that name: what it contains depends on the server. */
export function parseGrantLine(line: string): ParsedGrants {
  const tokens = tokenize(line);
  const first = tokens[0]?.text.toUpperCase();
  if (first === 'SET') {
    const role = nameAt(tokens, 3);
    return role ? { grants: [], memberships: [], defaultRole: role.name } : { grants: [], memberships: [] };
  }
  if (first !== 'GRANT' && first !== 'REVOKE') return { grants: [], memberships: [] };
  const on = tokens.findIndex((token) => isWord(token, 'ON'));
  const end = tokens.findIndex((token) => isWord(token, first === 'GRANT' ? 'TO' : 'FROM'));
  if (end < 0) return { grants: [], memberships: [] };
  const withs = tokens
    .slice(end)
    .map((token) => (token.kind === 'word' ? token.text.toUpperCase() : ''))
    .join(' ');
  if (on < 0 || on > end) {
    const admin = /\bADMIN OPTION\b/.test(withs);
    return {
      grants: [],
      memberships: roleList(tokens.slice(1, end)).map((role) => ({ role, admin, inherit: true, set: true, default: false })),
    };
  }
  const place = placeOf(tokens.slice(on + 1, end));
  const grantable = /\bGRANT OPTION\b/.test(withs);
  const state = first === 'REVOKE' ? 'revoke' : 'grant';
  const grants: Grant[] = [];
  for (const { privilege, columns } of privilegeList(tokens.slice(1, on))) {
    if (privilege === 'USAGE') continue;
    if (columns.length === 0) grants.push({ ...place, privilege, state, grantable });
    for (const column of columns) grants.push({ ...place, scope: 'column', column, privilege, state, grantable });
  }
  if (grantable && state === 'grant' && place.scope !== 'proxy') grants.push({ ...place, privilege: 'GRANT OPTION', state, grantable });
  return { grants, memberships: [] };
}

const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.text.toUpperCase() === word;

function nameAt(tokens: readonly Token[], at: number): { name: string; next: number } | null {
  const user = tokens[at];
  if (!user || user.kind === 'mark') return null;
  if (tokens[at + 1]?.text === '@' && tokens[at + 2]) return { name: identity(user.text, tokens[at + 2]!.text), next: at + 3 };
  return { name: identity(user.text, ''), next: at + 1 };
}

function roleList(tokens: readonly Token[]): string[] {
  const roles: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const found = nameAt(tokens, at);
    if (!found) continue;
    roles.push(found.name);
    at = found.next;
  }
  return roles;
}

/** `SELECT, UPDATE (a, b), CREATE TEMPORARY TABLES` */
function privilegeList(tokens: readonly Token[]): { privilege: string; columns: string[] }[] {
  const list: { privilege: string; columns: string[] }[] = [];
  let words: string[] = [];
  let columns: string[] = [];
  let inside = false;
  for (const token of [...tokens, { kind: 'mark', text: ',' } as Token]) {
    if (inside) {
      if (token.text === ')') inside = false;
      else if (token.kind !== 'mark') columns.push(token.text);
    } else if (token.text === '(') inside = true;
    else if (token.kind === 'mark' && token.text === ',') {
      if (words.length > 0) list.push({ privilege: words.join(' ').toUpperCase(), columns });
      words = [];
      columns = [];
    } else words.push(token.text);
  }
  return list;
}

type Place = Pick<Grant, 'scope' | 'kind' | 'database' | 'object'>;

/** `*.*`, `` `db`.* ``, `` `db`.`table` ``, `PROCEDURE db.p`, `''@'%'` (PROXY). */
function placeOf(tokens: readonly Token[]): Place {
  if (tokens[1]?.text === '@') return { scope: 'proxy', object: identity(tokens[0]!.text, tokens[2]?.text ?? '') };
  const dot = tokens.findIndex((token) => token.kind === 'mark' && token.text === '.');
  const kind = tokens
    .slice(0, Math.max(dot - 1, 0))
    .map((token) => token.text.toUpperCase())
    .filter((word) => word !== 'TABLE')
    .join(' ');
  const database = tokens[dot - 1];
  const object = tokens[dot + 1];
  if (!database || !object || (database.kind === 'mark' && database.text === '*')) return { scope: 'server' };
  if (object.kind === 'mark') return { scope: 'database', database: database.text };
  return kind === ''
    ? { scope: 'table', database: database.text, object: object.text }
    : { scope: 'routine', kind, database: database.text, object: object.text };
}
