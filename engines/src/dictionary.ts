/** What a server's dictionary is known to have, by version: data against which our statements are checked (pure). */

export interface Dictionary {
  /** Where it was taken from. */
  source: string;
  /** Views and tables with their columns: the lowest version that has them, then the names. */
  views: Record<string, Record<number, string>>;
  /** Functions and phrases that came later than the oldest version we read. */
  later: Record<string, number>;
  /** Words that may not be given to a column as its name. */
  reserved: string;
}

/** The version that brought a column; undefined = there is no such view or column. */
export function sinceOf(dictionary: Dictionary, view: string, column: string): number | undefined {
  const versions = dictionary.views[view.toLowerCase()];
  if (!versions) return undefined;
  const wanted = column.toLowerCase();
  return Object.keys(versions)
    .map(Number)
    .sort((a, b) => a - b)
    .find((version) => versions[version]!.split(' ').includes(wanted));
}

export interface Reference {
  view: string;
  column: string;
}

/** Which columns of which views a statement names. Views are written with an alias, columns with their view's. */
export function references(statement: string): { references: Reference[]; views: string[]; names: string[] } {
  const inner = [...statement.matchAll(/EXEC @call N'((?:[^']|'')*)'/g)].map((found) => found[1]!.replaceAll("''", "'"));
  const outer = statement.replace(/EXEC @call N'(?:[^']|'')*'/g, 'EXEC @call');
  const all = [outer, ...inner].flatMap((text) => text.split(';').map(referencesOfOne));
  return {
    references: all.flatMap((one) => one.references),
    views: all.flatMap((one) => one.views),
    names: all.flatMap((one) => one.names),
  };
}

const KEYWORD = /^(where|on|order|group|left|join|set|end|inner|cross|union|if)$/i;

function referencesOfOne(text: string): { references: Reference[]; views: string[]; names: string[] } {
  const bare = text.replace(/\/\*.*?\*\//gs, '').replace(/'(?:[^']|'')*'/g, "''");
  const views = new Map<string, string>();
  for (const [, view, alias] of bare.matchAll(/\b(?:FROM|JOIN)\s+((?:[a-z]+\.)?[\w$]+)\s*(\w+)?/gi)) {
    if (view === undefined || /^(dual|select)$/i.test(view)) continue;
    const name = alias === undefined || KEYWORD.test(alias) ? view : alias;
    const known = views.get(name.toLowerCase());
    if (known !== undefined && known !== view.toLowerCase()) throw new Error(`one alias for two views in a statement: ${name}`);
    views.set(name.toLowerCase(), view.toLowerCase());
  }
  const found = [...bare.matchAll(/(?<![.\w$@])(\w+)\.([\w$]+)/g)].flatMap(([, alias, column]) => {
    const view = views.get(alias!.toLowerCase());
    return view === undefined ? [] : [{ view, column: column! }];
  });
  const names = [...bare.matchAll(/\bAS\s+([a-z_]\w*)\b(?!\s*\()/gi)].map((match) => match[1]!);
  return { references: found, views: [...views.values()], names };
}
