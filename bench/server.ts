import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A free port, asked of the system. */
export const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** What `npm start` knows: how the server is run, and how to build what is stale. */
export const project = () =>
  import(new URL('../scripts/project.mjs', import.meta.url).href) as Promise<{
    serverFlags: string[];
    serverEnvironment: Record<string, string>;
    prepare(): Promise<void>;
  }>;

/** The bundle as people run it, built when stale: a process without npm that joins the same embedded PostgreSQL. */
export async function startServer(dataDir: string, port: number): Promise<ChildProcess> {
  const { serverFlags, serverEnvironment, prepare } = await project();
  await prepare();
  const child = spawn(process.execPath, [...serverFlags, 'dist/main.js', 'serve', '--no-worker'], {
    cwd: root,
    env: {
      ...serverEnvironment,
      ...process.env,
      NODE_ENV: 'development',
      WHALEFALL_DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      API_RATE_LIMIT: '0',
      LOG_LEVEL: 'warning',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let i = 0; i < 200; i++) {
    const there = await request(`http://127.0.0.1:${port}/health/api/basic`).then(
      (reply) => reply.statusCode === 200,
      () => false,
    );
    if (there) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server does not answer');
}
