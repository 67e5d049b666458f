/*
 * `npm start`, `npm run demo`: from a bare clone to a running server. Installs when needed, builds what is stale, then
 * hands over to the bundle. Must run on Node 20 with nothing installed.
 */
import { join } from 'node:path';
import { environment, findNode, follow, nodeForBundle, prepare, root, serverFlags } from './project.mjs';

try {
  await prepare();
  const [command = 'serve', ...rest] = process.argv.slice(2);
  process.exitCode = await follow(findNode(nodeForBundle), [...serverFlags, join(root, 'dist', 'main.js'), command, ...rest], {
    env: environment(),
  });
} catch (error) {
  console.error(`WhaleFall cannot start: ${error.message}`);
  process.exitCode = 1;
}
