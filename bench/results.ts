import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';

export interface Row {
  work: string;
  figure: string;
  note: string;
}
let yardstick: string | undefined;
/** A fixed piece of work, best of three: machines of one description differ by half, and so do two hours of one of them. */
function measureYardstick(): string {
  const once = () => {
    const started = performance.now();
    for (let i = 0; i < 200_000; i++) createHash('sha256').update(`account ${i}`).digest();
    return performance.now() - started;
  };
  return `200,000 hashes in ${Math.min(once(), once(), once()).toFixed(0)} ms`;
}

/** The load says whether the figures are those of a machine that had nothing else to do. */
export const machine = (): string =>
  `${os.cpus().length} cores, load ${os.loadavg()[0]!.toFixed(1)}, ${(yardstick ??= measureYardstick())}, ${Math.round(os.totalmem() / 2 ** 30)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;

/** bench/results/<name>.json and .md. */
export function writeResults(name: string, title: string, rows: readonly Row[]): void {
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  const file = (ending: string) => new URL(`results/${name}.${ending}`, import.meta.url);
  writeFileSync(file('json'), `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`);
  const lines = rows.map((row) => `| ${row.work} | ${row.figure} | ${row.note} |`);
  writeFileSync(file('md'), `# ${title}\n\n${machine()}\n\n| Work | Figure | Note |\n|---|---|---|\n${lines.join('\n')}\n`);
}
