/** Oracle: the real driver's errors while connecting, and reading on documented rows behind the session. */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  engines,
  explain,
  NO_FILTER,
  oracleClientIn,
  type Connection,
  type ConnectOptions,
  type EngineError,
  type Target,
} from '../src/index.ts';
import { toEngineError } from '../src/oracle/client.ts';
import { descriptorOf } from '../src/oracle/descriptor.ts';
import { connectionOver } from '../src/oracle/engine.ts';
import { documented, sessionOf, type OracleModel } from './oracle-model.ts';
import { options } from './subjects.ts';
import { scriptedServer, type Wire } from './wire.ts';

const base: Target = { host: '127.0.0.1', port: 1521, database: 'salespdb', username: 'KEEPER', password: 'not-in-the-clear', options: {} };
const failure = (work: Promise<unknown>): Promise<EngineError> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: EngineError) => error,
  );
const wires: Wire[] = [];
afterEach(async () => {
  for (const wire of wires.splice(0)) await wire.close();
});

/** A packet of Oracle Net: 8 bytes of header, then what its type says. */
function packet(type: number, body: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), body]);
  bytes.writeUInt16BE(bytes.length, 0);
  bytes[4] = type;
  return bytes;
}
const refuse = (text: string): Buffer => packet(4, Buffer.concat([Buffer.from([34, 0, 0, text.length]), Buffer.from(text)]));
const redirect = (text: string): Buffer => packet(5, Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]));
const listener = async (...replies: Buffer[]): Promise<Wire & { heard: Buffer[] }> => {
  const wire = await scriptedServer(null, ...replies);
  wires.push(wire);
  return wire;
};
const connect = (port: number, more: Partial<Target> = {}, how: Partial<ConnectOptions> = {}): Promise<Connection> =>
  engines.oracle.connect({ ...base, port, ...more }, options({ timeoutMs: 2_000, ...how }));

describe('the listener', () => {
  test('each refusal has its code and what would help', async () => {
    const said = async (code: number): Promise<unknown> => {
      const wire = await listener(refuse(`(DESCRIPTION=(ERR=${code})(VSNNUM=318767104))`));
      const error = await failure(connect(wire.port));
      return [error.code, error.needs === undefined];
    };
    expect(await said(12514)).toEqual(['DATABASE_NOT_FOUND', false]);
    expect(await said(12505)).toEqual(['DATABASE_NOT_FOUND', false]);
    expect(await said(12516)).toEqual(['TOO_MANY_CONNECTIONS', false]);
    expect(await said(12526)).toEqual(['PERMISSION_DENIED', false]);
    expect(await said(12528)).toEqual(['CONNECTION_REFUSED', false]);
    expect(await said(99999)).toEqual(['CONNECTION_REFUSED', true]);
  });

  test('what is asked for: the service, or the SID', async () => {
    const asked = async (more: Partial<Target>): Promise<string> => {
      const wire = await listener(refuse('(DESCRIPTION=(ERR=12514))'));
      await failure(connect(wire.port, more));
      return Buffer.concat(wire.heard).toString('latin1');
    };
    expect(await asked({})).toContain('(SERVICE_NAME=salespdb)');
    expect(await asked({ options: { service_name: 'other.example' } })).toContain('(SERVICE_NAME=other.example)');
    expect(await asked({ database: null, options: { sid: 'ORCL' } })).toContain('(SID=ORCL)');
  });

  test('a redirect is followed only where connections are allowed', async () => {
    const behind = await listener(refuse('(DESCRIPTION=(ERR=12505))'));
    const front = await listener(redirect(`(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${behind.port}))`));
    expect((await failure(connect(front.port))).code).toBe('DATABASE_NOT_FOUND');
    expect(behind.heard.length).toBeGreaterThan(0);
    const away = await listener(redirect('(ADDRESS=(PROTOCOL=TCP)(HOST=169.254.169.254)(PORT=80))'));
    expect((await failure(connect(away.port))).code).toBe('TARGET_NOT_ALLOWED');
  });

  test('one that hangs up, and one that speaks something else', async () => {
    const server = net.createServer((socket) => socket.once('data', () => socket.destroy()).on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect((await failure(connect((server.address() as net.AddressInfo).port))).code).toBe('CONNECTION_REFUSED');
    server.close();
    const web = await listener(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    // Its first bytes read as the length of a packet that never comes whole.
    expect((await failure(connect(web.port, {}, { timeoutMs: 300 }))).code).toBe('TIMEOUT');
  });

  test('TLS on a port that has none, and a wallet that is not there', async () => {
    const wire = await listener(Buffer.from('nonsense nonsense nonsense'));
    expect((await failure(connect(wire.port, { options: { tls_mode: 'require' } }))).code).toBe('TLS_ERROR');
    expect((await failure(connect(wire.port, { options: { wallet: '/no/such/wallet' } }))).code).toBe('TLS_ERROR');
    expect(Buffer.concat(wire.heard).includes(base.password)).toBe(false);
  });
});

describe('the descriptor', () => {
  const text = (more: Partial<Target>): string => descriptorOf({ ...base, ...more }, '10.0.0.9').connectString;
  test('goes to the checked address, and for TLS to the name, which the guard checks again', () => {
    expect(text({ host: 'db.example' })).toContain('(PROTOCOL=TCP)(HOST=10.0.0.9)(PORT=1521)');
    expect(text({ host: 'db.example', options: { tls_mode: 'verify-full' } })).toContain('(PROTOCOL=TCPS)(HOST=db.example)');
    expect(text({ options: { tls_mode: 'require' } })).toContain('(SSL_SERVER_DN_MATCH=OFF)');
    expect(text({ options: { tls_mode: 'verify-full', server_name: 'CN=db.example,O=Example' } })).toContain(
      '(SSL_SERVER_CERT_DN="CN=db.example,O=Example")',
    );
    expect(text({ options: { wallet: '/etc/wallet' } })).toContain('(PROTOCOL=TCPS)');
  });
  test('what it cannot hold is refused, never written into it', () => {
    const code = (more: Partial<Target>): string => {
      try {
        text(more);
        return 'accepted';
      } catch (error) {
        return (error as EngineError).code;
      }
    };
    expect(code({ database: 'x)(HOST=evil' })).toBe('DATABASE_NOT_FOUND');
    expect(code({ database: null, options: { sid: 'a b' } })).toBe('DATABASE_NOT_FOUND');
    expect(code({ database: null })).toBe('DATABASE_NOT_FOUND');
    expect(code({ options: { tls_mode: 'verify-full', server_name: 'CN=a)(X=b' } })).toBe('TLS_ERROR');
    expect(code({ options: { tls_mode: 'verify-full', ca: 'PEM' } })).toBe('TLS_ERROR');
    expect(code({ options: { tls_mode: 'verify-full', min_tls: 'TLSv1.3' } })).toBe('TLS_ERROR');
    expect(code({ options: { tls_mode: 'disable', wallet: '/etc/wallet' } })).toBe('TLS_ERROR');
  });
});

test('the number goes with the error: the innermost of the server, else the innermost of the driver', () => {
  const number = (text: string) => toEngineError(new Error(text), 'connect').number;
  expect(number('ORA-01017: invalid username/password; logon denied')).toBe('ORA-01017');
  expect(number('NJS-511: listener refused\nORA-12516: no handler')).toBe('ORA-12516');
  expect(number('NJS-503: could not connect')).toBe('NJS-503');
  expect(number('ORA-00604: error in recursive SQL\nORA-01031: insufficient privileges')).toBe('ORA-01031');
  expect(number('something else')).toBeUndefined();
});

test('numbers of the server and the driver, while signing in and while asking', () => {
  const code = (text: string, stage: 'connect' | 'query' = 'connect'): unknown => {
    const error = toEngineError(new Error(text), stage);
    return [error.code, error.stage];
  };
  expect(code('ORA-01017: invalid username/password; logon denied')).toEqual(['AUTH_FAILED', 'auth']);
  expect(code('ORA-28000: the account is locked')).toEqual(['ACCOUNT_LOCKED', 'auth']);
  expect(code('ORA-28001: the password has expired')).toEqual(['PASSWORD_EXPIRED', 'auth']);
  expect(code('ORA-01045: user lacks CREATE SESSION')).toEqual(['PERMISSION_DENIED', 'connect']);
  expect(code('ORA-00020: maximum number of processes exceeded')).toEqual(['TOO_MANY_CONNECTIONS', 'connect']);
  expect(code('NJS-116: password verifier type 0x939 is not supported')).toEqual(['AUTH_FAILED', 'auth']);
  expect(code('NJS-138: connections to this database server version are not supported')).toEqual(['UNSUPPORTED_VERSION', 'connect']);
  expect(code('NJS-500: connection to the database instance was broken')).toEqual(['CONNECTION_REFUSED', 'connect']);
  expect(code('NJS-500: broken\nNJS-501: lost contact', 'query')).toEqual(['QUERY_FAILED', 'query']);
  expect(code('ORA-00942: table or view does not exist', 'query')).toEqual(['PRIVILEGE_MISSING', 'query']);
  expect(code('ORA-01031: insufficient privileges', 'query')).toEqual(['PRIVILEGE_MISSING', 'query']);
  expect(code('ORA-00904: invalid identifier', 'query')).toEqual(['QUERY_FAILED', 'query']);
  expect(code('NJS-123: call timeout of 5 ms exceeded', 'query')).toEqual(['TIMEOUT', 'query']);
});

describe('reading', () => {
  const read = <T>(model: OracleModel, work: (connection: Connection) => Promise<T>): Promise<T> => work(connectionOver(sessionOf(model)));

  test('a view that may not be read is said to be unread; one without which nothing holds ends the read', async () => {
    const model = documented();
    for (const view of ['DBA_TAB_PRIVS', 'V_$PWFILE_USERS']) model.views.delete(view);
    const { unread, accounts } = await read(model, (connection) => connection.accounts(NO_FILTER));
    expect(unread).toEqual([
      {
        scope: 'server',
        object: 'SYS.DBA_TAB_PRIVS',
        code: 'PRIVILEGE_MISSING',
        needs: 'GRANT SELECT ON SYS.DBA_TAB_PRIVS TO "WHALEFALL"',
      },
      {
        scope: 'server',
        object: 'SYS.V_$PWFILE_USERS',
        code: 'PRIVILEGE_MISSING',
        needs: 'GRANT SELECT ON SYS.V_$PWFILE_USERS TO "WHALEFALL"',
      },
    ]);
    expect(accounts[0]!.facts.unread).toHaveLength(2);
    model.views.delete('DBA_ROLE_PRIVS');
    expect(await failure(read(model, (connection) => connection.accounts(NO_FILTER)))).toMatchObject({
      code: 'PRIVILEGE_MISSING',
      needs: 'GRANT SELECT ON SYS.DBA_ROLE_PRIVS TO "WHALEFALL"',
    });
  });

  test('views that open through SELECT ANY DICTIONARY are found, though no list of columns shows them', async () => {
    const model = documented();
    model.views.clear();
    model.dictionary = true;
    const { accounts, unread } = await read(model, (connection) => connection.accounts(NO_FILTER));
    expect([accounts.length > 10, unread]).toEqual([true, []]);
  });

  test('all statements see one moment; columns and views of later versions are not asked of earlier ones', async () => {
    const model = documented();
    model.changeDate = false;
    await read(model, (connection) => connection.accounts(NO_FILTER));
    expect(model.asked[0]).toBe('/* whalefall */ SET TRANSACTION READ ONLY');
    expect(model.asked.at(-1)).toBe('/* whalefall */ COMMIT');
    expect(model.asked.join('\n')).not.toMatch(/password_change_date|dba_schema_privs/);
    const later = { ...documented(), version: '23.5.0.24.7' };
    await read(later, (connection) => connection.accounts(NO_FILTER));
    expect(later.asked.join('\n')).toMatch(/password_change_date[^]*dba_schema_privs/);
    expect(await failure(read({ ...documented(), version: '11.2.0.4.0' }, (connection) => connection.accounts(NO_FILTER)))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
    });
  });

  test("Oracle's shut accounts are counted as left out; no hash is asked for", async () => {
    const model = documented();
    const { accounts, filteredOut } = await read(model, (connection) => connection.accounts(NO_FILTER));
    expect(filteredOut).toBe(2);
    const names = accounts.map((account) => account.username);
    expect(names).not.toContain('OUTLN');
    expect(names).toEqual(expect.arrayContaining(['SYS', 'SYSTEM', 'DBSNMP', 'CLERK', 'PUBLIC']));
    expect(model.asked.join('\n')).not.toMatch(/spare4|\bpassword\b|user\$/i);
  });

  test('the version: main from the banner, the release update from the session', async () => {
    expect(await read(documented(), (connection) => connection.version())).toEqual({
      banner: 'Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production',
      main: '19.0',
      detailed: '19.21.0.0.0',
    });
  });

  test('sizes: what is allocated, of it what is used; temporary too; an offline file is unmeasured', async () => {
    const sizes = await read(documented(), (connection) => connection.databaseSizes(NO_FILTER));
    const of = (name: string): unknown => {
      const found = sizes.databases.find((size) => size.name === name);
      return found && [found.sizeBytes, found.dataBytes];
    };
    expect(of('DATA')).toEqual([1_073_741_824, 1_000_000_000]);
    expect(of('SYSTEM')).toEqual([943_718_400, 943_718_400]);
    expect(of('TEMP')).toEqual([137_363_456, 1_048_576]);
    expect(sizes.unmeasured).toEqual([{ name: 'BROKEN', code: 'QUERY_FAILED', needs: 'its data files online' }]);
    expect(sizes.databases.map((size) => size.name).some((name) => name.includes('PDB'))).toBe(false);
  });

  test('from the root container the pluggable databases are measured too, closed ones said to be so', async () => {
    const model = documented();
    model.here.container = 'CDB$ROOT';
    const sizes = await read(model, (connection) => connection.databaseSizes(NO_FILTER));
    expect(sizes.databases.find((size) => size.name === 'SALESPDB (PDB)')?.sizeBytes).toBe(5_368_709_120);
    expect(sizes.unmeasured).toContainEqual({
      name: 'OLDPDB (PDB)',
      code: 'QUERY_FAILED',
      needs: 'ALTER PLUGGABLE DATABASE "OLDPDB" OPEN (it is MOUNTED)',
    });
  });

  test('without the right to temporary files their tablespace is unmeasured, not empty', async () => {
    const model = documented();
    model.views.delete('DBA_TEMP_FILES');
    const sizes = await read(model, (connection) => connection.databaseSizes(NO_FILTER));
    expect(sizes.unmeasured).toContainEqual({
      name: 'TEMP',
      code: 'PRIVILEGE_MISSING',
      needs: 'GRANT SELECT ON SYS.DBA_TEMP_FILES TO "WHALEFALL"',
    });
    const capabilities = await read(model, (connection) => connection.capabilities());
    expect(capabilities.filter((capability) => !capability.has).map((capability) => capability.needs)).toEqual([
      'SELECT ON SYS.DBA_TEMP_FILES',
    ]);
  });
});

test('thick mode: a library that is not there fails each connection with cause and remedy, and nothing goes another way', async () => {
  const empty = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-no-client-'));
  const wire = await listener(refuse('(DESCRIPTION=(ERR=12514))'));
  try {
    oracleClientIn(empty);
    for (let i = 0; i < 2; i += 1) {
      const error = await failure(connect(wire.port));
      expect([error.code, error.number, error.stage]).toEqual(['UNKNOWN', 'DPI-1047', 'connect']);
      expect(error.needs).toContain('ORACLE_CLIENT_LIB_DIR');
      expect(explain(error, 'en').remedy).toContain('Instant Client');
    }
    expect(Buffer.concat(wire.heard).length).toBe(0);
    oracleClientIn(undefined);
    expect((await failure(connect(wire.port))).code).toBe('DATABASE_NOT_FOUND');
  } finally {
    oracleClientIn(undefined);
    fs.rmSync(empty, { recursive: true });
  }
});
