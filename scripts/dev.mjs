/*
 * `npm run dev`: the server from its sources, restarted when they change, and the pages built again when theirs do. The
 * pages come from our own server also here, so that sessions, CSRF and the content policy are the real ones.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environment, findNode, follow, prepare, root, serverFlags } from './project.mjs';

try {
  await prepare();
  const node = findNode();
  const env = environment();
  const both = [
    follow(node, ['--watch', ...serverFlags, join(root, 'server', 'src', 'main.ts'), 'serve', ...process.argv.slice(2)], { env }),
  ];
  if (existsSync(join(root, 'web', 'index.html'))) {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    both.push(
      follow(node, [vite, 'build', '--watch', '--outDir', join(root, 'dist', 'web'), '--logLevel', 'warn'], {
        cwd: join(root, 'web'),
        env,
      }),
    );
  }
  process.exitCode = Math.max(...(await Promise.all(both)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
