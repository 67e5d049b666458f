/** SQL Server's real driver against a small server of ours: signing in, encryption, bad lines, and reading in groups. */
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  engines,
  NO_FILTER,
  type ConnectionOptions,
  type Connection,
  type ConnectOptions,
  type EngineError,
  type Target,
  explain,
} from '../src/index.ts';
import { BROWSER_PORT, portInAnswer, portOfInstance } from '../src/sqlserver/browser.ts';
import { codeOfSignIn } from '../src/sqlserver/errors.ts';
import { EACH_DATABASE } from '../src/sqlserver/queries.ts';
import { behaviourOf, documented, ordinary, type Model } from './sqlserver-model.ts';
import { options } from './subjects.ts';
import { tdsServer, type TdsBehaviour, type TdsServer } from './tds.ts';

const PLAIN: ConnectionOptions = { tls_mode: 'disable' };
const servers: TdsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(model: Model, more: Partial<TdsBehaviour> = {}): Promise<TdsServer> {
  const server = await tdsServer(behaviourOf(model, more));
  servers.push(server);
  return server;
}
const target = (server: TdsServer, more: Partial<Target> = {}): Target => ({
  host: '127.0.0.1',
  port: server.port,
  database: null,
  username: 'keeper',
  password: 'live-Test-0nly',
  options: PLAIN,
  ...more,
});
const connect = (server: TdsServer, more: Partial<Target> = {}, how: Partial<ConnectOptions> = {}): Promise<Connection> =>
  engines.sqlserver.connect(target(server, more), options(how));
const failure = (work: Promise<unknown>): Promise<EngineError> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: EngineError) => error,
  );
async function reading<T>(server: TdsServer, work: (connection: Connection) => Promise<T>, how: Partial<ConnectOptions> = {}): Promise<T> {
  const connection = await connect(server, {}, how);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

describe('signing in', () => {
  test('the numbers that come beside the error decide, not its words', async () => {
    const codeFor = async (...numbers: number[]): Promise<unknown> => {
      const error = await failure(connect(await start(ordinary(), { refuse: () => numbers })));
      return [error.code, error.stage];
    };
    expect(await codeFor(18456)).toEqual(['AUTH_FAILED', 'auth']);
    expect(await codeFor(18470)).toEqual(['ACCOUNT_LOCKED', 'auth']);
    expect(await codeFor(18488)).toEqual(['PASSWORD_EXPIRED', 'auth']);
    expect(await codeFor(4060, 18456)).toEqual(['DATABASE_NOT_FOUND', 'auth']);
    expect(await codeFor(17809)).toEqual(['TOO_MANY_CONNECTIONS', 'auth']);
    expect(await codeFor(916)).toEqual(['PERMISSION_DENIED', 'auth']);
    expect(await codeFor(50000)).toEqual(['AUTH_FAILED', 'auth']);
    expect(codeOfSignIn([18456, 18486])).toBe('ACCOUNT_LOCKED');
  });

  test('the number goes with the error, of a failed login with its state; the reason, not the 18456 after it', async () => {
    const said = async (...numbers: (number | { number: number; state: number })[]) =>
      (await failure(connect(await start(ordinary(), { refuse: () => numbers })))).number;
    expect(await said(18456)).toBe('SQL Server 18456/1');
    expect(await said({ number: 18456, state: 8 })).toBe('SQL Server 18456/8');
    expect(await said({ number: 4060, state: 1 }, 18456)).toBe('SQL Server 4060');
    expect(await said(18470, 18456)).toBe('SQL Server 18470');
    expect(explain({ code: 'AUTH_FAILED', number: 'SQL Server 18456/8' }, 'en').cause).toBe('Wrong password.');
    expect(explain({ code: 'AUTH_FAILED', number: 'SQL Server 18456/1' }, 'en').remedy).toContain('error log');
  });

  test('is tried once, with our name, in the database that was asked for', async () => {
    const server = await start(ordinary());
    await failure(connect(server, { password: 'wrong' }));
    expect(server.logins).toHaveLength(1);
    await (await connect(server, { database: 'shop' })).close();
    expect(server.logins[1]).toMatchObject({ username: 'keeper', database: 'shop', application: 'whalefall', encrypted: false });
  });

  test('with a domain it is Windows who signs in: no password is sent', async () => {
    const server = await start(ordinary(), { at: { login: 'cut' } });
    expect((await failure(connect(server, { options: { ...PLAIN, domain: 'CORP' } }))).code).toBe('CONNECTION_REFUSED');
    expect(server.logins[0]).toMatchObject({ integrated: true, username: '', password: '' });
  });

  test('a server that sends us elsewhere is followed only where connections are allowed', async () => {
    const behind = await start(ordinary());
    const front = await start(ordinary(), { route: { host: '127.0.0.1', port: behind.port } });
    await (await connect(front)).close();
    expect(behind.logins).toHaveLength(1);
    for (const host of ['169.254.169.254', 'localhost']) {
      const away = await start(ordinary(), { route: { host, port: behind.port } });
      const allow = (address: string): boolean => host !== 'localhost' && address === '127.0.0.1';
      const error = await failure(connect(away, { host: '127.0.0.1' }, host === 'localhost' ? { allow: onlyOnce() } : { allow }));
      expect(error.code).toBe('TARGET_NOT_ALLOWED');
    }
    expect(behind.logins).toHaveLength(1);
  });
});

/** Lets the first address through and no other after it: a name that changes its answer. */
function onlyOnce(): (address: string) => boolean {
  let asked = 0;
  return () => {
    asked += 1;
    return asked <= 2;
  };
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-tds-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
function certificate(): { cert: string; key: string } {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name)) as [string, string];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=db.example'],
    ...['-addext', 'subjectAltName=DNS:db.example,IP:127.0.0.1'],
  ]);
  if (made.status !== 0) throw new Error('openssl is needed to make a certificate');
  return { cert: fs.readFileSync(cert, 'utf8'), key: fs.readFileSync(key, 'utf8') };
}

describe('encryption', () => {
  const codeOf = async (server: TdsServer, tls: ConnectionOptions): Promise<string> =>
    connect(server, { options: tls }).then(
      async (connection) => {
        await connection.version();
        await connection.close();
        return 'ok';
      },
      (error: EngineError) => error.code,
    );

  test('a server without TLS does not get the password, unless TLS was switched off by hand', async () => {
    for (const encryption of [0, 2]) {
      const server = await start(ordinary(), { encryption });
      for (const tls of [{}, { tls_mode: 'prefer' }, { tls_mode: 'require' }, { tls_mode: 'verify-full' }] as const)
        expect(await codeOf(server, tls)).toBe('TLS_ERROR');
      expect(server.logins).toEqual([]);
      expect(await codeOf(server, PLAIN)).toBe('ok');
    }
  });

  test('a prelogin reply in pieces, and half of one, let no password out either', async () => {
    const pieces = await start(ordinary(), { pieces: 3 });
    expect(await codeOf(pieces, {})).toBe('TLS_ERROR');
    const half = await start(ordinary(), { at: { prelogin: 'half' } });
    expect(await codeOf(half, {})).toBe('CONNECTION_REFUSED');
    expect([...pieces.logins, ...half.logins]).toEqual([]);
  });

  test('encrypted from before the password on; authority and name are checked when asked for', async () => {
    const pair = certificate();
    const server = await start(ordinary(), { tls: pair });
    const ca = pair.cert;
    expect(await codeOf(server, {})).toBe('ok');
    expect(await codeOf(server, { tls_mode: 'require' })).toBe('ok');
    expect(server.logins.every((login) => login.encrypted)).toBe(true);
    const before = server.logins.length;
    expect(await codeOf(server, { tls_mode: 'verify-full' })).toBe('TLS_ERROR');
    expect(await codeOf(server, { tls_mode: 'require', trust_server_certificate: false })).toBe('TLS_ERROR');
    expect(await codeOf(server, { tls_mode: 'verify-full', ca, server_name: 'other.example' })).toBe('TLS_ERROR');
    expect(server.logins).toHaveLength(before);
    expect(await codeOf(server, { tls_mode: 'verify-full', ca, server_name: 'db.example' })).toBe('ok');
  });

  test('a server that demands TLS when it was switched off says so', async () => {
    const server = await start(ordinary(), { encryption: 3 });
    expect(await codeOf(server, PLAIN)).toBe('TLS_ERROR');
    expect(server.logins).toEqual([]);
  });
});

describe('named instances', () => {
  const answerOf = (instance: string, port: number): Buffer => {
    const text = Buffer.from(`ServerName;SRV;InstanceName;${instance};IsClustered;No;Version;16.0.1000.6;tcp;${port};;`);
    return Buffer.concat([Buffer.from([5, text.length & 255, text.length >> 8]), text]);
  };
  test('the port is read out of the answer, of the right instance only', () => {
    const both = Buffer.concat([
      answerOf('OTHER', 1),
      Buffer.from('ServerName;SRV;InstanceName;Sales;IsClustered;No;Version;1;np;\\\\x;tcp;51433;;'),
    ]);
    expect(portInAnswer(both, 'SALES')).toBe(51433);
    expect(portInAnswer(answerOf('Sales', 70000), 'sales')).toBeNull();
    expect(portInAnswer(answerOf('Sales', 1), 'none')).toBeNull();
    expect(portInAnswer(Buffer.from([1, 2]), 'x')).toBeNull();
  });
  test('the browser is asked again until it answers; unknown instances and silence end', async () => {
    const browser = dgram.createSocket('udp4');
    let asked = 0;
    browser.on('message', (message, from) => {
      asked += 1;
      if (asked > 1) browser.send(answerOf('SALES', 51433), from.port, from.address);
      expect(message.toString('latin1')).toBe('\u0004SALES\u0000');
    });
    await new Promise<void>((resolve) => browser.bind(0, '127.0.0.1', resolve));
    const lookup = { address: '127.0.0.1', instance: 'SALES', onDestroy: () => {}, port: browser.address().port };
    expect(await portOfInstance(lookup)).toBe(51433);
    expect(asked).toBe(2);
    browser.removeAllListeners('message');
    browser.on('message', (_message, from) => browser.send(answerOf('OTHER', 1), from.port, from.address));
    expect((await failure(portOfInstance(lookup))).code).toBe('DATABASE_NOT_FOUND');
    browser.removeAllListeners('message');
    let destroy = (): void => {};
    const silent = portOfInstance({ ...lookup, onDestroy: (how) => (destroy = how) });
    destroy();
    expect((await failure(silent)).code).toBe('TIMEOUT');
    browser.close();
  });
  test('an address that is not allowed is not asked; another port than the usual one needs nobody', async () => {
    const server = await start(ordinary());
    await (await connect(server, { options: { ...PLAIN, instance_name: 'SALES' } })).close();
    const error = await failure(
      engines.sqlserver.connect(
        { ...target(server), host: '169.254.169.254', port: 1433, options: { ...PLAIN, instance_name: 'SALES' } },
        options(),
      ),
    );
    expect(error.code).toBe('TARGET_NOT_ALLOWED');
    expect(BROWSER_PORT).toBe(1434);
  });
});

describe('bad lines', () => {
  test('cut or half-sent: a code, never a part of the answer', async () => {
    for (const how of ['cut', 'half'] as const) {
      for (const stage of ['prelogin', 'login'] as const)
        expect((await failure(connect(await start(ordinary(), { at: { [stage]: how } })))).code).toBe('CONNECTION_REFUSED');
      const model = ordinary();
      const usual = behaviourOf(model);
      const server = await start(model, { answer: (text, numbers) => (text === EACH_DATABASE ? how : usual.answer(text, numbers)) });
      expect((await failure(reading(server, (connection) => connection.accounts(NO_FILTER)))).code).toBe('QUERY_FAILED');
      expect((await reading(server, (connection) => connection.version())).main).toBe('16.0');
    }
  });
  test('slow, and in pieces of seven bytes: the same answer', async () => {
    const quick = await reading(await start(documented()), (connection) => connection.accounts(NO_FILTER));
    const slow = await reading(await start(documented(), { slowMs: 10, pieces: 7 }), (connection) => connection.accounts(NO_FILTER));
    expect(slow).toEqual(quick);
  });
  test('a statement that is never answered ends by the timeout and leaves no line open', async () => {
    const server = await start(ordinary(), { answer: () => 'hang' });
    const error = await failure(reading(server, (connection) => connection.version(), { queryTimeoutMs: 200 }));
    expect(error.code).toBe('TIMEOUT');
    await expect.poll(() => server.open()).toBe(0);
  });
  test('an error in the middle of a result is an error', async () => {
    const model = ordinary();
    const usual = behaviourOf(model);
    const server = await start(model, {
      answer: (text, numbers) =>
        text === EACH_DATABASE ? { error: 229, before: [{ columns: ['kind', 'db'], rows: [['P', 1]] }] } : usual.answer(text, numbers),
    });
    expect((await failure(reading(server, (connection) => connection.accounts(NO_FILTER)))).code).toBe('PRIVILEGE_MISSING');
  });
});

describe('reading', () => {
  test('databases that were not read are listed, each with what would help', async () => {
    const read = await reading(await start(documented()), (connection) => connection.accounts(NO_FILTER));
    expect(read.unread).toEqual([
      { scope: 'database', database: "odd]na'me", code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT ANY DATABASE TO [whalefall_monitor]' },
      { scope: 'database', database: 'Archive', code: 'QUERY_FAILED', needs: 'ALTER DATABASE [Archive] SET ONLINE' },
      { scope: 'database', database: 'Copy', code: 'QUERY_FAILED', needs: 'the database is RESTORING' },
      { scope: 'database', database: 'Stuck', code: 'TIMEOUT', needs: '1222: Lock request time out period exceeded.' },
    ]);
    for (const account of read.accounts) expect(account.facts.unread).toHaveLength(4);
    expect(read.accounts.map((account) => account.username)).toContain('[Sales].[ghost]');
  });
  test('without CONNECT ANY DATABASE (2012) a user in the database is what helps', async () => {
    const model = documented();
    model.version = { ...model.version, detailed: '11.0.7001.0' };
    const read = await reading(await start(model), (connection) => connection.accounts(NO_FILTER));
    expect(read.unread[0]?.needs).toBe("USE [odd]]na'me]; CREATE USER [whalefall_monitor] FOR LOGIN [whalefall_monitor]");
  });
  test('without the right to see definitions nothing is read: a part would look like the whole', async () => {
    const model = documented();
    model.rights = { ...model.rights, definitions: 0 };
    const server = await start(model);
    const needs = 'GRANT VIEW ANY DEFINITION TO [whalefall_monitor]';
    expect(await failure(reading(server, (connection) => connection.accounts(NO_FILTER)))).toMatchObject({
      code: 'PRIVILEGE_MISSING',
      needs,
    });
    expect(await failure(reading(server, (connection) => connection.databaseSizes(NO_FILTER)))).toMatchObject({
      code: 'PRIVILEGE_MISSING',
      needs,
    });
    const capabilities = await reading(server, (connection) => connection.capabilities());
    expect(capabilities.filter((capability) => !capability.has).map(({ feature, grant }) => [feature, grant])).toEqual([
      ['accounts', needs],
      ['privileges', 'GRANT CONNECT ANY DATABASE TO [whalefall_monitor]'],
    ]);
  });
  test('2,000 databases: in groups of fifty, as far as the server came in its time', async () => {
    const model = ordinary();
    const { inside } = documented().databases[4]!;
    for (let id = 6; id <= 2_000; id += 1) model.databases.push({ ...model.databases[4]!, id, name: `d${id}`, quoted: `[d${id}]`, inside });
    const server = await start(model);
    const read = await reading(server, (connection) => connection.accounts(NO_FILTER), { queryTimeoutMs: 40_000 });
    const groups = server.asked.filter((asked) => asked.text === EACH_DATABASE);
    expect(groups.map((group) => group.numbers['many'])).toEqual(Array(41).fill(50));
    expect(groups.every((group) => group.rpc && group.numbers['budget'] === 10_000)).toBe(true);
    expect(groups.map((group) => group.numbers['from']).slice(0, 3)).toEqual([1, 51, 101]);
    expect(read.accounts.filter((account) => account.username.endsWith('.[clerks]'))).toHaveLength(1_995);
    expect(read.statements).toBeLessThan(55);
  });
  test('names of databases never stand in a statement of ours', async () => {
    const server = await start(documented());
    await reading(server, async (connection) => [await connection.accounts(NO_FILTER), await connection.databaseSizes(NO_FILTER)]);
    for (const { text } of server.asked) {
      expect(text.startsWith('/* whalefall */')).toBe(true);
      expect(text).not.toMatch(/Sales|Archive|odd|Media/);
    }
  });
  test('sizes: data and log, FILESTREAM and tempdb from inside, an offline database too', async () => {
    const sizes = await reading(await start(documented()), (connection) => connection.databaseSizes(NO_FILTER));
    const of = (name: string): unknown => {
      const found = sizes.databases.find((size) => size.name === name);
      return found && [found.sizeBytes, found.dataBytes, found.logBytes, found.isSystem];
    };
    expect(of('Sales')).toEqual([1_207_959_552, 1_073_741_824, 134_217_728, false]);
    expect(of('Media')).toEqual([5_369_757_696, 5_368_709_120, 1_048_576, false]);
    expect(of('tempdb')).toEqual([18_874_368, 16_777_216, 2_097_152, true]);
    expect(of('Archive')).toEqual([9_437_184, 8_388_608, 1_048_576, false]);
    expect(sizes.unmeasured).toEqual([]);
  });
  test('a FILESTREAM database that cannot be entered is unmeasured, not small', async () => {
    const model = documented();
    model.databases.find((database) => database.name === 'Media')!.enterable = 0;
    const sizes = await reading(await start(model), (connection) => connection.databaseSizes(NO_FILTER));
    expect(sizes.unmeasured).toEqual([
      { name: 'Media', code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT ANY DATABASE TO [whalefall_monitor]' },
    ]);
  });
  test('versions: 2008 R2 and single databases of Azure are refused, a Managed Instance is taken', async () => {
    const outcome = async (detailed: string, edition: number): Promise<string> => {
      const model = ordinary();
      model.version = { ...model.version, detailed, edition };
      return reading(await start(model), (connection) => connection.accounts(NO_FILTER)).then(
        () => 'read',
        (error: EngineError) => error.code,
      );
    };
    expect(await outcome('10.50.6000.34', 3)).toBe('UNSUPPORTED_VERSION');
    expect(await outcome('12.0.2000.8', 5)).toBe('UNSUPPORTED_VERSION');
    expect(await outcome('12.0.2000.8', 8)).toBe('read');
    expect(await outcome('11.0.7001.0', 2)).toBe('read');
    expect(await outcome('17.0.1000.7', 3)).toBe('read');
  });
});
