/*
 * The command line: one file for each group of commands.
 * Not here: what a command does to the product (features).
 * Begin with serve.ts.
 */
import { adminCommands } from './admin.ts';
import { backup, restore } from './backup.ts';
import type { Command } from './command.ts';
import { importAll } from './import.ts';
import { checkConfig, health, logsPurge, migrate, rotateKey } from './maintenance.ts';
import { demo, serve, worker } from './serve.ts';

export const COMMANDS: readonly Command[] = [
  serve,
  worker,
  migrate,
  demo,
  checkConfig,
  ...adminCommands,
  rotateKey,
  logsPurge,
  backup,
  restore,
  importAll,
  health,
];
