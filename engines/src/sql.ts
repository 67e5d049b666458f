/** One statement with our comment in front, so that the watched server's DBA sees who asks; and its choice by version. */

const MARKER = '/* whalefall */';

/** Tagged template for fixed SQL text. Values never go in here: drivers bind them. */
export function sql(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return `${MARKER} ${String.raw({ raw: strings }, ...parts).trim()}`;
}

/** Statements by the lowest version number (the engine's own counting) that they are for. */
export type ByVersion = Readonly<Record<number, string>>;

/** The statement with the highest key that is not above the server's version. Throws `RangeError` when there is none. */
export function byVersion(statements: ByVersion, version: number): string {
  let best = -1;
  for (const key of Object.keys(statements)) if (Number(key) <= version && Number(key) > best) best = Number(key);
  const statement = statements[best];
  if (statement === undefined) throw new RangeError(`no statement for version ${version}`);
  return statement;
}
