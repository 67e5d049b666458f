import net from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guarded, parseRange, plainAddress, resolveTarget, targetPolicy, type GuardScope } from './guard.ts';

describe('policy', () => {
  const byDefault = targetPolicy();
  test.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    'fe80::1',
    'fe80::1%eth0',
    '100.100.100.200',
    'fd00:ec2::254',
    'FD00:EC2:0::254',
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '224.0.0.1',
    'ff02::1',
    '::ffff:0.0.0.0',
    '',
    'localhost',
    '2130706433',
    '127.1',
    '0x7f.1',
  ])('refuses %s', (address) => {
    expect(byDefault(address)).toBe(false);
  });
  test.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.0.1', '::ffff:10.0.0.1', '100.100.100.201', 'fd00::1', '8.8.8.8', '2001:db8::1'])(
    'lets %s through',
    (address) => {
      expect(byDefault(address)).toBe(true);
    },
  );
  test('deny adds, allow leaves only what it names, in mapped forms too', () => {
    const policy = targetPolicy({ allow: ['10.0.0.0/8', 'fd12::/16'], deny: ['10.9.0.0/16'] });
    expect(['10.1.1.1', '::ffff:10.1.1.1', 'fd12::5'].map(policy)).toEqual([true, true, true]);
    expect(['10.9.1.1', '::ffff:10.9.1.1', '127.0.0.1', '192.168.1.1', 'fd13::1'].map(policy)).toEqual([false, false, false, false, false]);
  });
  test('a wide allow does not open metadata, a narrow one does', () => {
    expect(targetPolicy({ allow: ['0.0.0.0/0', '::/0'] })('169.254.169.254')).toBe(false);
    expect(targetPolicy({ allow: ['0.0.0.0/0'] })('192.0.2.1')).toBe(true);
    expect(targetPolicy({ allow: ['169.254.7.0/24'] })('169.254.7.1')).toBe(true);
    expect(targetPolicy({ allow: ['169.254.7.0/24'], deny: ['169.254.7.1'] })('169.254.7.1')).toBe(false);
  });
  test.each(['10.0.0.0/33', 'x', '10.0.0.0/8/8', '::/129', '10.0.0.0/', ''])('a faulty range says so: %s', (range) => {
    expect(() => parseRange(range)).toThrow(RangeError);
  });
  test('an address and its mapped form are judged alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a, b, c, d] = address.split('.').map(Number);
        const hex = `::ffff:${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`;
        expect(plainAddress(hex)).toBe(address);
        expect(byDefault(hex)).toBe(byDefault(address));
      }),
    );
  });
});

describe('resolving', () => {
  const allow = targetPolicy();
  test('names and decimal forms are judged by what they resolve to', async () => {
    expect((await resolveTarget('localhost', allow)).addresses.every((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
    await expect(resolveTarget('localhost', targetPolicy({ deny: ['127.0.0.0/8', '::1'] }))).rejects.toMatchObject({
      code: 'TARGET_NOT_ALLOWED',
    });
    await expect(resolveTarget('2852039166', allow)).rejects.toMatchObject({
      code: expect.stringMatching(/TARGET_NOT_ALLOWED|HOST_NOT_FOUND/),
    });
    await expect(resolveTarget('[::ffff:169.254.169.254]', allow)).rejects.toMatchObject({ code: 'TARGET_NOT_ALLOWED' });
    for (const host of ['', ' ', '/var/run/postgresql', 'a\u0000b'])
      await expect(resolveTarget(host, allow)).rejects.toMatchObject({ code: 'TARGET_NOT_ALLOWED' });
    await expect(resolveTarget('no-such-host.invalid', allow)).rejects.toMatchObject({ code: 'HOST_NOT_FOUND', stage: 'resolve' });
  });
});

describe('the scope around a driver', () => {
  const outcome = (scope: GuardScope, open: () => net.Socket): Promise<string> =>
    guarded(
      scope,
      () =>
        new Promise<string>((resolve) => {
          const socket = open();
          socket
            .once('connect', () => resolve('connected'))
            .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
          socket.once('close', () => socket.destroy());
        }),
    );
  const listening = async (work: (port: number) => Promise<void>): Promise<void> => {
    const server = net.createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await work((server.address() as net.AddressInfo).port).finally(() => server.close());
  };

  test('every way to open a socket is asked for', async () => {
    await listening(async (port) => {
      const ways: (() => net.Socket)[] = [
        () => net.connect(port, '127.0.0.1'),
        () => net.connect({ port, host: '127.0.0.1' }),
        () => net.connect({ port, host: 'localhost', autoSelectFamily: false, family: 4 }),
        () => net.createConnection(port, 'localhost'),
        () => new net.Socket().connect(port, '127.0.0.1'),
        () => new net.Socket().connect({ port, host: '::ffff:127.0.0.1' }),
      ];
      for (const way of ways) {
        const no: GuardScope = { allow: () => false };
        expect(await outcome(no, way)).toBe('TARGET_NOT_ALLOWED');
        expect(no.refused?.code).toBe('TARGET_NOT_ALLOWED');
        expect(await outcome({ allow: targetPolicy() }, way)).toBe('connected');
      }
      expect(await outcome({ allow: () => true }, () => net.connect('/tmp/none.sock'))).toBe('TARGET_NOT_ALLOWED');
    });
  });

  test('what a callback opens later is asked for, and outside nothing is', async () => {
    await listening(async (port) => {
      const scope: GuardScope = { allow: () => false };
      const later = guarded(
        scope,
        () =>
          new Promise<string>((resolve) =>
            setTimeout(() => net.connect(port, '127.0.0.1').once('error', (error: NodeJS.ErrnoException) => resolve(error.code!)), 5),
          ),
      );
      expect(await later).toBe('TARGET_NOT_ALLOWED');
      await new Promise<void>((resolve) => net.connect(port, '127.0.0.1', () => resolve()));
    });
  });

  test('a name that answers otherwise when it is connected to (rebinding) is refused by that answer', async () => {
    await listening(async (port) => {
      const answers = ['127.0.0.1', '169.254.169.254', '::ffff:a9fe:a9fe', '::ffff:169.254.169.254'];
      for (const answer of answers) {
        const lookup = ((_name: string, options: { all?: boolean }, done: (...given: unknown[]) => void) =>
          options.all
            ? done(null, [{ address: answer, family: net.isIP(answer) }])
            : done(null, answer, net.isIP(answer))) as unknown as net.LookupFunction;
        const scope: GuardScope = { allow: targetPolicy() };
        const got = await outcome(scope, () => net.connect({ host: 'rebinding.example', port, lookup }));
        expect([answer, got]).toEqual([answer, answer === '127.0.0.1' ? 'connected' : 'TARGET_NOT_ALLOWED']);
      }
    });
  });
});
