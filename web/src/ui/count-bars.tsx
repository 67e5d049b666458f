import type { ReactNode } from 'react';
import { useFormat } from '../i18n/format';
import { A } from './a';
import type { Tone } from './status';

export interface Counted {
  key: string;
  label: ReactNode;
  count: number;
  /** The list that is counted. */
  href: string;
  tone?: Tone;
}

/** How many of each, as bars; each leads to the list that it counts. */
export function CountBars({ rows, total }: { rows: readonly Counted[]; total?: number }) {
  const format = useFormat();
  const most = Math.max(1, ...rows.map((row) => row.count));
  const sum = total ?? rows.reduce((all, row) => all + row.count, 0);
  return (
    <ul className="bars counted">
      {rows.map((row) => (
        <li key={row.key}>
          <A href={row.href}>
            <span className="bars-name cut">{row.label}</span>
            <span className="bars-track">
              <span className={row.tone && `tone-${row.tone}`} style={{ width: `${(100 * row.count) / most}%` }} />
            </span>
            <span className="bars-value">{format.number(row.count)}</span>
            <small className="bars-share">{sum > 0 ? format.share(row.count / sum) : ''}</small>
          </A>
        </li>
      ))}
    </ul>
  );
}
