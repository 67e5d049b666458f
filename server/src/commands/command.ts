import type { ParseArgsOptionsConfig } from 'node:util';

/** One command of the command line. `run` returns the exit code. */
export interface Command {
  name: readonly string[];
  usage: string;
  summary: string;
  options?: ParseArgsOptionsConfig;
  run(values: Record<string, unknown>, input: NodeJS.ReadStream): Promise<number>;
}
