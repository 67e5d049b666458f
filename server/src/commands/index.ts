/*
 * The command line: one file for each group of commands.
 * Not here: what a command does to the product (features).
 * Begin with serve.ts.
 */
import { adminCommands } from './admin.ts';
import type { Command } from './command.ts';
import { checkConfig, health, logsPurge, migrate, rotateKey } from './maintenance.ts';
import { serve, worker } from './serve.ts';

export const COMMANDS: readonly Command[] = [serve, worker, migrate, checkConfig, ...adminCommands, rotateKey, logsPurge, health];
