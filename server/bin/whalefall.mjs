#!/usr/bin/env node
/*
 * `npx whalefall <command>`: the bundle when it is up to date, else the sources. An old Node is told what is needed,
 * before it stumbles over the first line of TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const sources = join(root, 'server', 'src', 'main.ts');
const bundle = join(root, 'dist', 'main.js');
const { findNode, staleParts } = await import(pathToFileURL(join(root, 'scripts', 'project.mjs')).href);

const fresh = existsSync(bundle) && (!existsSync(sources) || !staleParts().includes('server'));
try {
  const node = findNode();
  if (node === process.execPath) await import(pathToFileURL(fresh ? bundle : sources).href);
  else process.exitCode = spawnSync(node, [fresh ? bundle : sources, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
