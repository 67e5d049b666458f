import { text } from 'node:stream/consumers';
import { createUser, findUser, listAdmins, passwordFaults, updateUser } from '../features/identity/index.ts';
import { generatePassword } from '../vault/passwords.ts';
import type { Command } from './command.ts';
import { withStore } from './opened.ts';

const actor = () => ({ user: null, now: new Date() });

/** From ADMIN_PASSWORD, from standard input when it is a pipe, or made here and shown once. */
async function askedPassword(input: NodeJS.ReadStream, generate: boolean): Promise<{ password: string; shown: boolean }> {
  if (generate) return { password: generatePassword(), shown: true };
  const given = process.env.ADMIN_PASSWORD ?? (input.isTTY ? '' : (await text(input)).replace(/\r?\n$/, ''));
  if (!given) return { password: generatePassword(), shown: true };
  const faults = passwordFaults(given);
  if (faults.length > 0) throw new Error(`the password does not meet the policy: ${faults.map((fault) => fault.en).join('; ')}`);
  return { password: given, shown: false };
}

const named = { username: { type: 'string' }, generate: { type: 'boolean' } } as const;

export const adminCommands: Command[] = [
  {
    name: ['admin', 'create'],
    usage: 'admin create --username NAME [--generate]',
    summary: 'one more administrator; the password comes on stdin or in ADMIN_PASSWORD',
    options: named,
    run: (values, input) =>
      withStore('admin', async ({ db }) => {
        if (typeof values.username !== 'string') throw new Error('--username is needed');
        const { password, shown } = await askedPassword(input, Boolean(values.generate));
        await createUser(db, actor(), { username: values.username, role: 'admin', password, is_active: true, must_change_password: shown });
        console.log(shown ? `${values.username}: ${password}` : `${values.username} was created`);
        return 0;
      }),
  },
  {
    name: ['admin', 'list'],
    usage: 'admin list',
    summary: 'every administrator',
    run: () =>
      withStore('admin', async ({ db }) => {
        for (const user of await listAdmins(db))
          console.log(
            `${user.username}\t${user.is_active ? 'active' : 'disabled'}\t${user.last_login?.toISOString() ?? 'never signed in'}`,
          );
        return 0;
      }),
  },
  {
    name: ['admin', 'reset-password'],
    usage: 'admin reset-password [--username NAME] [--generate]',
    summary: 'a forgotten password: sets a new one, ends sessions, unlocks',
    options: named,
    run: (values, input) =>
      withStore('admin', async ({ db }, config) => {
        const username = typeof values.username === 'string' ? values.username : config.adminUsername;
        const user = await findUser(db, username);
        if (!user) throw new Error(`there is no user ${username}`);
        const { password, shown } = await askedPassword(input, Boolean(values.generate));
        await updateUser(db, actor(), user.id, { password, is_active: true, unlock: true });
        console.log(shown ? `${username}: ${password}` : `the password of ${username} was set`);
        return 0;
      }),
  },
  {
    name: ['admin', 'unlock'],
    usage: 'admin unlock --username NAME',
    summary: 'forgets failed sign-ins of a user',
    options: { username: { type: 'string' } },
    run: (values) =>
      withStore('admin', async ({ db }) => {
        const user = typeof values.username === 'string' ? await findUser(db, values.username) : undefined;
        if (!user) throw new Error(`there is no user ${String(values.username)}`);
        await updateUser(db, actor(), user.id, { unlock: true });
        console.log(`${user.username} is unlocked`);
        return 0;
      }),
  },
];
