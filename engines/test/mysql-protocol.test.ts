/** MySQL 8 without a MySQL 8: its handshake with caching_sha2_password, and the whole read over mysql2's own server. */
import { constants, createHash, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import net from 'node:net';
import mysql2 from 'mysql2';
import { afterEach, describe, expect, test } from 'vitest';
import { engines, monitoringStatements, NO_FILTER, type Capability, type EngineError, type Target } from '../src/index.ts';
import documented from '../src/mysql/fixtures/doc-mysql-8.0.json' with { type: 'json' };
import * as queries from '../src/mysql/queries.ts';
import { options } from './subjects.ts';

const PASSWORD = 'correct-horse';
const target = (port: number, more: Partial<Target> = {}): Target => ({
  host: '127.0.0.1',
  port,
  database: null,
  username: 'watcher',
  password: PASSWORD,
  options: { tls_mode: 'disable' },
  ...more,
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, at) => byte ^ b[at % b.length]!));
/** What a server keeps of a password: SHA256(SHA256(password)). */
const KEPT = sha256(sha256(Buffer.from(PASSWORD)));
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Sha2Server {
  port: number;
  heard: Buffer[];
}

/** `cached`: the server remembers the account and needs one round; else it wants the password under its public key. */
async function sha2Server(cached: boolean): Promise<Sha2Server> {
  const heard: Buffer[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    const salt = Buffer.from(randomBytes(20).map((byte) => (byte % 126) + 1));
    let sequence = 0;
    let step: 'reply' | 'key' | 'password' | 'in' = 'reply';
    const send = (body: Buffer): void => {
      socket.write(Buffer.concat([Buffer.from([body.length & 255, body.length >> 8, 0, sequence]), body]));
      sequence += 1;
    };
    const decide = (right: boolean): void => {
      if (right) send(Buffer.from([0, 0, 0, 2, 0, 0, 0]));
      else send(Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000Access denied')]));
      step = 'in';
    };
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      heard.push(bytes);
      sequence = bytes[3]! + 1;
      const body = bytes.subarray(4);
      if (step === 'reply') {
        // After capabilities, packet size, charset and filler: the name, then the token with its length.
        const name = body.indexOf(0, 32);
        const token = body.subarray(name + 2, name + 2 + body[name + 1]!);
        if (!cached) {
          send(Buffer.from([1, 4]));
          step = 'key';
          return;
        }
        // token = SHA256(password) XOR SHA256(KEPT, salt)
        const right = token.length === 32 && sha256(xor(token, sha256(KEPT, salt))).equals(KEPT);
        if (right) send(Buffer.from([1, 3]));
        decide(right);
      } else if (step === 'key' && body[0] === 2) {
        send(Buffer.concat([Buffer.from([1]), Buffer.from(keys.publicKey.export({ type: 'spki', format: 'pem' }))]));
        step = 'password';
      } else if (step === 'password') {
        const hidden = privateDecrypt({ key: keys.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, body);
        decide(xor(hidden, salt).subarray(0, -1).toString() === PASSWORD);
      }
    });
    // Protocol 4.1, secure connection, plugin authentication, plugin data as long as it says; no TLS.
    send(
      Buffer.concat([
        Buffer.from([10]),
        Buffer.from('8.4.0\0'),
        Buffer.from([1, 0, 0, 0]),
        salt.subarray(0, 8),
        Buffer.from([0, 0x01, 0x82, 255, 2, 0, 0x28, 0, 21]),
        Buffer.alloc(10),
        salt.subarray(8),
        Buffer.from([0]),
        Buffer.from('caching_sha2_password\0'),
      ]),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  );
  return { port: (server.address() as net.AddressInfo).port, heard };
}

describe('caching_sha2_password', () => {
  const outcome = (port: number, password: string): Promise<string> =>
    engines.mysql.connect(target(port, { password }), options({ timeoutMs: 3_000 })).then(
      async (connection) => {
        await connection.close();
        return 'ok';
      },
      (error: EngineError) => error.code,
    );
  test.each([
    ['in one round', true],
    ['with the public key of the server', false],
  ])('%s: the right password, and the wrong one', async (_how, cached) => {
    const server = await sha2Server(cached);
    expect(await outcome(server.port, PASSWORD)).toBe('ok');
    expect(await outcome(server.port, 'wrong')).toBe('AUTH_FAILED');
    expect(Buffer.concat(server.heard).includes(PASSWORD)).toBe(false);
  });
});

type Row = Record<string, unknown>;

/** The documented 8.0 server, asked by the real driver. */
async function documentedServer(own: { roles?: string; grants?: string[] } = {}): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const users: Row[] = (documented.users as Row[]).map((user) => ({
    ...user,
    restrictions: user['restrictions'] ? JSON.stringify(user['restrictions']) : null,
  }));
  const userColumns = [...new Set(users.flatMap((user) => Object.keys(user)))];
  const grants = documented.grants as unknown as Record<string, Row[]> & { settings: Row };
  const columns = (table: string, names: string[]): Row[] => names.map((c) => ({ t: table, c }));
  const answer = (text: string): Row[] | null => {
    switch (text) {
      case queries.VERSION:
        return [{ banner: documented.banner, comment: documented.comment, login: 'watcher@%' }];
      case queries.GRANT_TABLE_COLUMNS:
        return [
          ...columns('user', [
            'User',
            'Host',
            'User_attributes',
            ...userColumns.filter((name) => !/^(user|host|restrictions)$/.test(name)),
          ]),
          ...columns('db', Object.keys(grants['databases']![0]!)),
        ];
      case queries.TABLE_GRANTS:
        return grants['tables']!;
      case queries.COLUMN_GRANTS:
        return grants['columns']!;
      case queries.ROUTINE_GRANTS:
        return grants['routines']!;
      case queries.PROXY_GRANTS:
        return grants['proxies']!;
      case queries.DYNAMIC_GRANTS:
        return grants['dynamic']!;
      case queries.MYSQL_ROLES:
        return grants['mysqlRoles']!;
      case queries.DEFAULT_ROLES:
        return grants['defaultRoles']!;
      case queries.ACTIVE_ROLES:
        return [{ roles: own.roles ?? 'NONE' }];
      case own.roles ? queries.ownGrantsWith(own.roles) : queries.OWN_GRANTS:
        return (own.grants ?? []).map((line) => ({ 'Grants for watcher@%': line }));
      case queries.ROLE_SETTINGS:
        return [grants.settings];
    }
    if (text.includes('FROM mysql.user'))
      return users.map((user) => Object.fromEntries(userColumns.map((name) => [name, user[name] ?? null])));
    if (text.includes('FROM mysql.db')) return grants['databases']!;
    return text.includes('SET SESSION') ? [] : null;
  };
  const server = mysql2.createServer(() => {});
  server.on('connection', (connection: MysqlServerConnection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: documented.banner,
      connectionId: 1,
      statusFlags: 2,
      characterSet: 45,
      capabilityFlags: 0x0008_a201,
      authCallback: (_login: unknown, accept: (error: null) => void) => {
        accept(null);
        connection.sequenceId = 0;
      },
    });
    connection.on('error', () => {});
    connection.on('query', (text: string) => {
      asked.push(text);
      reply(connection, text, answer(text));
      connection.sequenceId = 0;
    });
  });
  await new Promise<void>((resolve) => (server as unknown as net.Server).listen(0, '127.0.0.1', resolve));
  const inner = (server as unknown as { _server: net.Server })._server;
  closing.push(() => new Promise((done) => inner.close(() => done())));
  return { port: (inner.address() as net.AddressInfo).port, asked };
}

function reply(connection: MysqlServerConnection, text: string, rows: Row[] | null): void {
  const textColumn = {
    catalog: 'def',
    schema: '',
    table: '',
    orgTable: '',
    characterSet: 45,
    columnLength: 1024,
    columnType: 253,
    flags: 0,
    decimals: 0,
  };
  if (rows === null) connection.writeError({ code: 1064, message: `no answer to ${text.slice(0, 60)}` });
  else if (rows.length === 0) connection.writeOk();
  else
    connection.writeTextResult(
      rows,
      Object.keys(rows[0]!).map((name) => ({ ...textColumn, name, orgName: name })),
    );
}

interface MysqlServerConnection {
  /** Each command begins a new count, which this server leaves to whoever answers. */
  sequenceId: number;
  serverHandshake(args: Record<string, unknown>): void;
  on(event: string, listener: (...args: never[]) => void): void;
  writeOk(): void;
  writeError(error: { code: number; message: string }): void;
  writeTextResult(rows: Row[], columns: Row[]): void;
}

test('MySQL 8.0: roles, dynamic privileges, partial revokes and mandatory roles, over the wire', async () => {
  const server = await documentedServer();
  const connection = await engines.mysql.connect(target(server.port), options());
  const read = await connection.accounts(NO_FILTER);
  await connection.close();
  expect(read.unread).toEqual([]);
  const account = (name: string): (typeof read.accounts)[number] => read.accounts.find((one) => one.username === name)!;
  expect(read.accounts.map((one) => one.username)).toEqual(['root@localhost', 'app_read@%', 'dev1@localhost', 'u1@%', 'mgr@%']);
  expect(account('app_read@%')).toMatchObject({ isRole: true, typeSpecific: { plugin: 'caching_sha2_password' } });
  expect(account('dev1@localhost').facts.memberships).toContainEqual({
    role: 'app_read@%',
    admin: true,
    inherit: true,
    set: true,
    default: true,
  });
  expect(account('mgr@%').facts.memberships).toMatchObject([{ role: 'app_read@%', grantor: 'mandatory_roles' }]);
  expect(account('mgr@%').facts.grants).toContainEqual({ scope: 'server', privilege: 'SYSTEM_USER', state: 'grant', grantable: false });
  expect(account('u1@%').facts.grants).toContainEqual({
    scope: 'database',
    database: 'mysql',
    privilege: 'SELECT',
    state: 'revoke',
    grantable: false,
  });
  for (const text of server.asked) {
    expect(text.startsWith('/* whalefall */')).toBe(true);
    expect(text).not.toMatch(/authentication_string|\bPassword\b|User_attributes(?!, '\$\.Restrictions')/);
  }
});

describe('MySQL 8.0: what the login may do itself', () => {
  const TO = ' TO `watcher`@`%`';
  /** As the server prints what the script of least privilege has granted (reference manual, SHOW GRANTS). */
  const printed = monitoringStatements('mysql', { username: 'watcher', flavour: 'mysql', version: '8.0' })
    .filter(({ undo }) => undo)
    .map(({ sql }) =>
      sql
        .replace(/ TO .*$/, TO)
        .replace(/\(([^)]*)\)/, (_all, names: string) => `(\`${names.split(', ').join('`, `')}\`)`)
        .replace(/ON mysql\.(\w+)/, 'ON `mysql`.`$1`'),
    );
  const said = async (own: Parameters<typeof documentedServer>[0]): Promise<{ all: Capability[]; lacks: string[]; grants: string[] }> => {
    const server = await documentedServer(own);
    const connection = await engines.mysql.connect(target(server.port), options());
    const all = await connection.capabilities();
    await connection.close();
    return {
      all,
      lacks: all.flatMap(({ lacks }) => lacks ?? []),
      grants: all.flatMap(({ grant }) => grant ?? []),
    };
  };

  test('with the script nothing lacks, and each of its grants taken away is what lacks', async () => {
    const whole = await said({ grants: printed });
    expect(whole.lacks).toEqual([]);
    expect(whole.all.filter(({ feature }) => feature === 'privileges').map(({ needs }) => needs)).toEqual(
      ['db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv', 'global_grants', 'role_edges', 'default_roles'].map(
        (table) => `SELECT ON mysql.${table}`,
      ),
    );
    for (const line of printed) {
      const { lacks } = await said({ grants: printed.filter((other) => other !== line) });
      const table = /`mysql`\.`(\w+)`/.exec(line)?.[1];
      // It shows the databases too.
      const expected = table ? [`SELECT ON mysql.${table}`] : line.includes('SHOW VIEW') ? ['SHOW DATABASES', 'SHOW VIEW'] : ['PROCESS'];
      expect([line, lacks]).toEqual([line, expected]);
    }
  });

  test('a partial revoke takes the grant tables away again', async () => {
    const everywhere = `GRANT SELECT, PROCESS, SHOW DATABASES ON *.*${TO}`;
    expect((await said({ grants: [everywhere] })).lacks).toEqual([]);
    const without = await said({ grants: [everywhere, 'REVOKE SELECT ON `mysql`.* FROM `watcher`@`%`'] });
    expect(without.lacks).toContain('SELECT ON mysql.user');
    expect(without.grants).toContain("GRANT SELECT ON mysql.user TO 'watcher'@'%'");
    expect(without.lacks).toContain('SHOW VIEW');
  });

  test('what an active role brings counts; one that is no role list is not put into a statement', async () => {
    const roles = '`dba``s`@`%`,`reader`@`10.0.%`';
    expect((await said({ roles, grants: printed })).lacks).toEqual([]);
    expect((await said({ grants: ['GRANT USAGE ON *.*' + TO, 'GRANT `reader`@`10.0.%`' + TO] })).lacks).toContain('SELECT ON mysql.user');
    expect(queries.ownGrantsWith('NONE')).toBe(queries.OWN_GRANTS);
    expect(queries.ownGrantsWith('`a`@`%`; DROP')).toBe(queries.OWN_GRANTS);
  });
});
