/*
 * `npm run build [server] [web]`: dist/main.js (the server and our own packages in one file; npm packages stay outside,
 * so that drivers are loaded on first use) and dist/web (the pages).
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { environment, findNode, root, run, sourceHash, stampFile } from './project.mjs';

const asked = process.argv.slice(2);
const parts = { server: buildServer, web: buildWeb };
const dist = join(root, 'dist');
mkdirSync(dist, { recursive: true });

for (const [part, build] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(part)) continue;
  // Taken before building: what is changed meanwhile counts as not built.
  const hash = sourceHash(part);
  const started = Date.now();
  if (!(await build())) continue;
  const stamp = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  writeFileSync(`${stampFile}.new`, `${JSON.stringify({ ...stamp, [part]: hash }, null, 2)}\n`);
  renameSync(`${stampFile}.new`, stampFile);
  console.log(`built ${part} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

async function buildServer() {
  const { build } = await import('esbuild');
  const sources = join(root, 'server', 'src');
  await build({
    // Threads are files of their own beside main.js, where `new URL('./x-worker.js', import.meta.url)` finds them.
    entryPoints: [
      join(sources, 'main.ts'),
      ...readdirSync(sources, { recursive: true })
        .filter((path) => path.endsWith('-worker.ts'))
        .map((path) => join(sources, path)),
    ],
    outdir: dist,
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    sourcemap: true,
    logLevel: 'warning',
    plugins: [
      {
        // `packages: 'external'` would leave our own packages outside as well, and they are TypeScript.
        name: 'ours-inside',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
            if (kind === 'entry-point' || path.startsWith('@whalefall/')) return undefined;
            return { path, external: true };
          });
        },
      },
    ],
  });
  return true;
}

async function buildWeb() {
  const web = join(root, 'web');
  if (!existsSync(join(web, 'index.html'))) {
    console.log('web/index.html does not exist: the pages are not built, the API is served without them.');
    return false;
  }
  const fresh = join(dist, 'web.new');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const code = await run(findNode(), [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: web,
    env: environment(),
  });
  if (code !== 0) {
    console.error('the pages could not be built');
    process.exit(code);
  }
  compress(join(fresh, 'assets'));
  // Swapped when complete, so that a running server never sees half of it.
  const target = join(dist, 'web');
  const old = join(dist, 'web.old');
  rmSync(old, { recursive: true, force: true });
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
  return true;
}

/** Assets never change under their names, so they are packed once here and not for each reader. */
function compress(folder) {
  for (const name of readdirSync(folder).filter((name) => /\.(js|css|svg)$/.test(name))) {
    const bytes = readFileSync(join(folder, name));
    // One network packet either way.
    if (bytes.length < 1400) continue;
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
  }
}
