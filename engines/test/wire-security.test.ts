/** What crosses the wire: TLS modes against real servers, and servers that ask for what they must not get. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type ConnectionOptions, type EngineError } from '../src/index.ts';
import { NoServer, orSkip, startMariadb, startPostgres, type LiveServer } from './live.ts';
import { options } from './subjects.ts';
import { scriptedServer } from './wire.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-tls-'));
const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name)) as [string, string];

/** Made once, for both servers. */
function certificate(): { cert: string; key: string } {
  if (fs.existsSync(cert)) return { cert, key };
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '2',
    '-subj',
    '/CN=db.example',
    '-addext',
    'subjectAltName=DNS:db.example,IP:127.0.0.1',
  ]);
  if (made.status !== 0) throw new NoServer('openssl is needed to make a certificate');
  return { cert, key };
}

const servers: { name: string; type: 'postgresql' | 'mysql'; server: LiveServer | null }[] = [
  { name: 'PostgreSQL', type: 'postgresql', server: await orSkip('PostgreSQL with TLS', () => startPostgres(certificate())) },
  { name: 'MariaDB', type: 'mysql', server: await orSkip('MariaDB with TLS', () => startMariadb(certificate())) },
];
afterAll(async () => {
  for (const { server } of servers) await server?.stop();
  fs.rmSync(folder, { recursive: true });
});

for (const { name, type, server } of servers) {
  describe.skipIf(!server)(`TLS: ${name}`, () => {
    let ca: string;
    beforeAll(() => {
      ca = fs.readFileSync(cert, 'utf8');
    });
    const outcome = async (tls: ConnectionOptions, host = '127.0.0.1'): Promise<string> => {
      const target = { host, port: server!.port, database: null, username: server!.username, password: server!.password, options: tls };
      try {
        const connection = await engines[type].connect(target, options());
        await connection.version();
        await connection.close();
        return 'ok';
      } catch (error) {
        return (error as EngineError).code;
      }
    };

    test('without checking: disable, prefer, require', async () => {
      for (const tls_mode of ['disable', 'prefer', 'require'] as const) expect(await outcome({ tls_mode })).toBe('ok');
      expect(await outcome({ tls_mode: 'require', min_tls: 'TLSv1.3' })).toBe('ok');
    });
    test('verify-full: the authority and the name must be right (20-TEST-7)', async () => {
      expect(await outcome({ tls_mode: 'verify-full' })).toBe('TLS_ERROR');
      expect(await outcome({ tls_mode: 'verify-full', ca })).toBe('ok');
      expect(await outcome({ tls_mode: 'verify-full', ca, server_name: 'db.example' })).toBe('ok');
      expect(await outcome({ tls_mode: 'verify-full', ca, server_name: 'other.example' })).toBe('TLS_ERROR');
      expect(await outcome({ tls_mode: 'verify-full', ca }, 'localhost')).toBe('TLS_ERROR');
    });
  });
}

const PASSWORD = 'not-in-the-clear';
const ask = (type: 'postgresql' | 'mysql', port: number): Promise<EngineError> =>
  engines[type]
    .connect(
      { host: '127.0.0.1', port, database: null, username: 'u', password: PASSWORD, options: { tls_mode: 'disable' } },
      options({ timeoutMs: 2_000 }),
    )
    .then(
      () => expect.fail('it connected'),
      (error: EngineError) => error,
    );

test('PostgreSQL: a server that asks for the password in clear on an open line does not get it', async () => {
  const server = await scriptedServer(null, Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
  expect((await ask('postgresql', server.port)).code).toBe('TLS_ERROR');
  expect(Buffer.concat(server.heard).includes(PASSWORD)).toBe(false);
  await server.close();
});

const packet = (sequence: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([body.length & 255, body.length >> 8, 0, sequence]), body]);

test('MySQL: a server that asks for the password in clear on an open line does not get it', async () => {
  const salt = Buffer.from('abcdefghijklmnopqrst');
  // Protocol 10 greeting: capabilities 4.1, secure connection, plugin authentication; no TLS.
  const greeting = Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.0.0\0'),
    Buffer.from([1, 0, 0, 0]),
    salt.subarray(0, 8),
    Buffer.from([0, 0x01, 0x82, 33, 2, 0, 0x08, 0, 21]),
    Buffer.alloc(10),
    salt.subarray(8),
    Buffer.from([0]),
    Buffer.from('mysql_native_password\0'),
  ]);
  const server = await scriptedServer(
    packet(0, greeting),
    packet(2, Buffer.concat([Buffer.from([0xfe]), Buffer.from('mysql_clear_password\0')])),
  );
  expect((await ask('mysql', server.port)).code).toBe('TLS_ERROR');
  expect(Buffer.concat(server.heard).includes(PASSWORD)).toBe(false);
  await server.close();
});
