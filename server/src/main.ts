import { stdin } from 'node:process';
import { parseArgs } from 'node:util';
import { COMMANDS } from './commands/index.ts';

const needed = 22;
if (Number(process.versions.node.split('.')[0]) < needed) {
  console.error(`WhaleFall needs Node ${needed} or newer; this is ${process.version}. Start it with npm, which brings its own.`);
  process.exit(1);
}

const USAGE = `whalefall <command> [options]

${COMMANDS.map((command) => `  ${command.usage.padEnd(44)} ${command.summary}`).join('\n')}

  --help                                       this text
  --version                                    the version

Secrets are never arguments: environment, a file (…_FILE), or standard input.
Exit code 0: done · 1: failed, the reason is on stderr · 2: the call was wrong.
`;

/** The words that name a command, longest first: `admin create` before `admin`. */
function find(words: readonly string[]) {
  return COMMANDS.toSorted((a, b) => b.name.length - a.name.length).find((command) => command.name.every((word, i) => words[i] === word));
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const command = find(words);
  if (words.includes('--version')) {
    const { loadConfig } = await import('./config.ts');
    console.log(loadConfig({ ...process.env, NODE_ENV: 'test' }, { keep: false }).version);
    return 0;
  }
  if (!command || words.includes('--help')) {
    (command || words.length === 0 || words[0] === '--help' || words[0] === 'help' ? console.log : console.error)(
      command ? `whalefall ${command.usage}\n\n${command.summary}` : USAGE,
    );
    return command || words.length === 0 || words[0] === '--help' || words[0] === 'help' ? 0 : 2;
  }
  let values: Record<string, unknown>;
  try {
    const parsed = parseArgs({
      args: words.slice(command.name.length),
      options: command.options ?? {},
      strict: true,
      allowPositionals: command.argument !== undefined,
    });
    if (command.argument && parsed.positionals.length !== 1) throw new Error(`${command.name.join(' ')} takes one ${command.argument}`);
    values = { ...parsed.values, ...(command.argument ? { argument: parsed.positionals[0] } : {}) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\nwhalefall ${command.usage}`);
    return 2;
  }
  return command.run(values as never, stdin);
}

try {
  process.exitCode = await main();
} catch (error) {
  const { ConfigError } = await import('./config.ts');
  if (error instanceof ConfigError)
    console.error(
      `The configuration cannot be used:\n${error.problems.map((p) => `  ${typeof p === 'string' ? p : `${p.variable}: ${p.problem}`}`).join('\n')}`,
    );
  else console.error(error instanceof Error ? error.message : error);
  if (process.env.WHALEFALL_DEBUG) console.error(error);
  process.exitCode = 1;
}
