/** MySQL 5.6 and later, MariaDB 10.1 and later, one folder for both flavours; begin with `accounts.ts`. */
import { EngineError, type Connection, type Engine } from '../engine.ts';
import { readAccounts, type Reading } from './accounts.ts';
import { errnoOf, openSession } from './client.ts';
import { parseVersion } from './names.ts';
import { mysqlPrivileges } from './privileges.ts';
import { LIMIT_MARIADB, LIMIT_MYSQL, UTC, VERSION } from './queries.ts';
import { capabilitiesOf, ownRights } from './rights.ts';
import { readSizes } from './sizes.ts';

const OLDEST = { mysql: 50600, mariadb: 100100 };

export const mysql: Engine = {
  type: 'mysql',
  label: 'MySQL / MariaDB',
  defaultPort: 3306,
  defaultDatabase: null,
  privileges: mysqlPrivileges,
  async connect(target, options) {
    const session = await openSession(target, options);
    const asked = async (): Promise<{ banner: string; comment: string; login: string }> =>
      (await session.query<{ banner: string; comment: string; login: string }>(VERSION))[0]!;
    const reading = async (): Promise<Reading> => {
      const { banner, comment, login } = await asked();
      const version = parseVersion(banner, comment);
      if (version.number < OLDEST[version.flavour])
        throw new EngineError('UNSUPPORTED_VERSION', { stage: 'query', detail: `${banner}: MySQL 5.6, MariaDB 10.1 or later is needed` });
      const limitMs = options.queryTimeoutMs ?? 300_000;
      try {
        await (version.flavour === 'mariadb' ? session.query(LIMIT_MARIADB, [limitMs / 1000]) : session.query(LIMIT_MYSQL, [limitMs]));
      } catch (error) {
        // 1193: a version without the variable; our own deadline holds all the same.
        if (errnoOf(error) !== 1193) throw error;
        await session.query(UTC);
      }
      return { session, version, login };
    };
    const counted = async <T extends { statements: number }>(work: (ready: Reading) => Promise<T>): Promise<T> => {
      const before = session.statements;
      const read = await work(await reading());
      return { ...read, statements: session.statements - before };
    };
    const connection: Connection = {
      async version() {
        const { banner, comment } = await asked();
        const { main, detailed, flavour } = parseVersion(banner, comment);
        return { banner, main, detailed, flavour };
      },
      accounts: (filter) => counted((ready) => readAccounts(ready, filter)),
      databaseSizes: (filter) => counted((ready) => readSizes(ready, filter)),
      async capabilities() {
        const { version, login } = await reading();
        return capabilitiesOf(await ownRights(session, version), version, login);
      },
      close: () => session.close(),
    };
    return connection;
  },
};
