import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';

export interface Row {
  work: string;
  figure: string;
  note: string;
}
/** The load says whether the figures are those of a machine that had nothing else to do. */
export const machine = (): string =>
  `${os.cpus().length} cores, load ${os.loadavg()[0]!.toFixed(1)}, ${Math.round(os.totalmem() / 2 ** 30)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;

/** bench/results/<name>.json and .md. */
export function writeResults(name: string, title: string, rows: readonly Row[]): void {
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  const file = (ending: string) => new URL(`results/${name}.${ending}`, import.meta.url);
  writeFileSync(file('json'), `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`);
  const lines = rows.map((row) => `| ${row.work} | ${row.figure} | ${row.note} |`);
  writeFileSync(file('md'), `# ${title}\n\n${machine()}\n\n| Work | Figure | Note |\n|---|---|---|\n${lines.join('\n')}\n`);
}
