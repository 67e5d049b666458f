import type { ParseArgsOptionsConfig } from 'node:util';

/** One command of the command line. `run` returns the exit code. */
export interface Command {
  name: readonly string[];
  usage: string;
  summary: string;
  options?: ParseArgsOptionsConfig;
  /** The one word it takes besides options, handed on as `values.argument`; must be given. */
  argument?: string;
  run(values: Record<string, unknown>, input: NodeJS.ReadStream): Promise<number>;
}
