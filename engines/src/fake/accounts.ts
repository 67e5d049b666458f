/** Believable accounts with facts for each engine (pure). */
import type { AccountFact, DbType } from '../engine.ts';
import { canonicalFacts, emptyFacts, type Grant, type Membership, type PrivilegeFacts } from '../facts.ts';
import type { Random } from './random.ts';

const PEOPLE =
  'zhang.wei li.na wang.fang liu.yang chen.jie yang.min zhao.lei huang.yan zhou.tao wu.xia xu.bin sun.li ma.chao zhu.lin hu.jun guo.hui he.ping gao.feng lin.yue luo.dan a.novak m.garcia j.smith s.kim p.muller t.sato'.split(
    ' ',
  );
const SERVICES =
  'order payment stock member coupon search report gateway audit billing ledger crm erp wms bi etl cdc sso notify archive risk pricing'.split(
    ' ',
  );
const DUTIES = ['app', 'svc', 'job', 'api', 'sync'];

/** Names that occur on one server: services, people, tools. */
function accountNames(random: Random, count: number): { name: string; sort: 'service' | 'person' | 'tool' }[] {
  const names = new Map<string, 'service' | 'person' | 'tool'>();
  for (const tool of ['backup', 'monitor', 'exporter', 'repl']) names.set(tool, 'tool');
  for (let i = 0; names.size < count; i += 1) {
    if (random.chance(0.3)) names.set(`${random.pick(PEOPLE)}${i > 60 ? i : ''}`, 'person');
    else names.set(`${random.pick(DUTIES)}_${random.pick(SERVICES)}${random.chance(0.5) ? '_ro' : ''}${i > 40 ? `_${i}` : ''}`, 'service');
  }
  return [...names].slice(0, count).map(([name, sort]) => ({ name, sort }));
}

interface Made {
  isSuperuser?: boolean;
  isLocked?: boolean;
  isRole?: boolean;
  isPublic?: boolean;
  displayName?: string;
  changedAt?: string | null;
  typeSpecific?: Record<string, unknown>;
  facts?: Partial<PrivilegeFacts>;
}

export function makeAccount(username: string, made: Made): AccountFact {
  const facts = { ...emptyFacts(), ...made.facts };
  return {
    username,
    displayName: made.displayName ?? username,
    isSuperuser: made.isSuperuser ?? false,
    isLocked: made.isLocked ?? false,
    isRole: made.isRole ?? false,
    isPublic: made.isPublic ?? false,
    passwordLastChanged: made.changedAt ?? null,
    typeSpecific: { ...made.typeSpecific, is_role: made.isRole ?? false, is_public: made.isPublic ?? false },
    facts: canonicalFacts(facts),
  };
}

export const grant = (place: Omit<Grant, 'privilege' | 'state' | 'grantable'>, privilege: string, more: Partial<Grant> = {}): Grant => ({
  ...place,
  privilege,
  state: 'grant',
  grantable: false,
  ...more,
});
const member = (role: string, more: Partial<Membership> = {}): Membership => ({
  role,
  admin: false,
  inherit: true,
  set: true,
  default: true,
  ...more,
});
/** An instant of the year before the fleet's first day. */
const someDay = (random: Random): string =>
  new Date(1_700_000_000_000 + random.int(0, 30_000_000) * 1000).toISOString().replace('Z', '+00:00');

const WRITING = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** All accounts of one instance: roles and everybody's row, administrators, then `count` others. */
export function makeAccounts(dbType: DbType, random: Random, databases: readonly string[], count: number, version: number): AccountFact[] {
  return MAKE[dbType](random, databases.length > 0 ? databases : ['app'], count, version);
}

const MAKE: Record<DbType, (random: Random, databases: readonly string[], count: number, version: number) => AccountFact[]> = {
  postgresql(random, databases, count) {
    const flags = (on: Record<string, boolean> = {}): Record<string, unknown> => ({
      can_super: false,
      can_create_role: false,
      can_create_db: false,
      can_replicate: false,
      can_bypass_rls: false,
      can_inherit: true,
      can_login: true,
      ...on,
    });
    const role = (name: string, made: Made, on: Record<string, boolean> = {}): AccountFact =>
      makeAccount(name, {
        ...made,
        facts: { ...made.facts, attributes: { ...flags(on), connection_limit: -1 } },
        typeSpecific: { ...flags(on), valid_until: null, is_group: on['can_login'] === false },
      });
    const accounts = [
      makeAccount('public', {
        displayName: 'PUBLIC',
        isRole: true,
        isPublic: true,
        facts: {
          grants: databases.flatMap((database) =>
            ['CONNECT', 'TEMP'].map((privilege) => grant({ scope: 'database', database, grantor: 'postgres' }, privilege)),
          ),
        },
      }),
      role(
        'postgres',
        { isSuperuser: true, facts: { owns: databases.map((database) => ({ scope: 'database', database })) } },
        { can_super: true, can_create_role: true, can_create_db: true, can_replicate: true, can_bypass_rls: true },
      ),
      ...['pg_monitor', 'pg_read_all_data', 'pg_read_all_stats', 'pg_write_all_data'].map((name) =>
        role(name, { isRole: true, isLocked: true }, { can_login: false }),
      ),
      ...databases.flatMap((database) => [
        role(
          `${database}_rw`,
          {
            isRole: true,
            isLocked: true,
            facts: {
              grants: WRITING.map((privilege) =>
                grant({ scope: 'table', database, schema: 'public', object: 'orders', grantor: 'postgres' }, privilege),
              ),
            },
          },
          { can_login: false },
        ),
        role(
          `${database}_ro`,
          {
            isRole: true,
            isLocked: true,
            facts: {
              grants: [
                grant({ scope: 'table', database, schema: 'public', object: 'orders', grantor: 'postgres' }, 'SELECT'),
                grant({ scope: 'schema', database, schema: 'public', grantor: 'postgres' }, 'USAGE'),
              ],
            },
          },
          { can_login: false },
        ),
      ]),
    ];
    for (const { name, sort } of accountNames(random, count)) {
      const mine = random.sample(databases, sort === 'person' ? random.int(1, 3) : 1);
      if (sort === 'tool')
        accounts.push(
          role(
            name,
            { facts: { memberships: [member(name === 'backup' ? 'pg_read_all_data' : 'pg_monitor', { grantor: 'postgres' })] } },
            name === 'repl' ? { can_replicate: true } : {},
          ),
        );
      else {
        const writes = !name.includes('_ro');
        const grants = mine.flatMap((database) =>
          writes && random.chance(0.25)
            ? [grant({ scope: 'database', database, grantor: 'postgres' }, 'CREATE', { grantable: random.chance(0.2) })]
            : [],
        );
        const owns =
          writes && random.chance(0.15)
            ? [{ scope: 'table' as const, database: mine[0]!, schema: 'public', object: `t_${name.replaceAll('.', '_')}` }]
            : [];
        accounts.push(
          role(
            name,
            {
              isLocked: random.chance(0.04),
              facts: {
                memberships: mine.map((database) =>
                  member(`${database}_${writes ? 'rw' : 'ro'}`, { grantor: 'postgres', admin: random.chance(0.03) }),
                ),
                grants,
                owns,
              },
            },
            { can_create_db: sort === 'person' && random.chance(0.08), can_create_role: sort === 'person' && random.chance(0.05) },
          ),
        );
      }
    }
    return accounts;
  },

  mysql(random, databases, count, version) {
    const flavour = version >= 100000 ? 'mariadb' : 'mysql';
    const plugin = flavour === 'mariadb' ? 'mysql_native_password' : version >= 80000 ? 'caching_sha2_password' : 'mysql_native_password';
    const user = (name: string, host: string, made: Made): AccountFact => {
      const canGrant = made.facts?.grants?.some((entry) => entry.scope === 'server' && entry.privilege === 'GRANT OPTION') ?? false;
      const changedAt = someDay(random);
      return makeAccount(`${name}@${host}`, {
        changedAt,
        displayName: name === '' ? `''@${host}` : `${name}@${host}`,
        ...made,
        typeSpecific: {
          host,
          original_username: name,
          plugin,
          is_locked: made.isLocked ?? false,
          can_grant: canGrant,
          password_last_changed: changedAt,
          is_anonymous: name === '',
          flavour,
        },
      });
    };
    const everything = [
      'ALTER',
      'CREATE',
      'CREATE USER',
      'DELETE',
      'DROP',
      'FILE',
      'GRANT OPTION',
      'INSERT',
      'PROCESS',
      'RELOAD',
      'SELECT',
      'SHUTDOWN',
      'SUPER',
      'UPDATE',
    ];
    const accounts = [
      user('root', 'localhost', {
        isSuperuser: true,
        facts: { grants: everything.map((privilege) => grant({ scope: 'server' }, privilege, { grantable: true })) },
      }),
    ];
    if (random.chance(0.1)) accounts.push(user('', 'localhost', {}));
    for (const { name, sort } of accountNames(random, count)) {
      const host = sort === 'person' ? '%' : `10.${random.int(0, 40)}.%`;
      const mine = random.sample(databases, sort === 'person' ? random.int(1, 2) : 1);
      const tools: Record<string, string[]> = {
        backup: ['SELECT', 'RELOAD', 'LOCK TABLES', 'PROCESS'],
        monitor: ['PROCESS', 'REPLICATION CLIENT'],
        exporter: ['PROCESS', 'SELECT'],
        repl: ['REPLICATION SLAVE'],
      };
      const privileges =
        name.includes('_ro') || sort === 'person'
          ? ['SELECT', 'SHOW VIEW']
          : [...WRITING, ...(random.chance(0.2) ? ['CREATE', 'ALTER', 'DROP', 'INDEX'] : [])];
      const grants =
        sort === 'tool'
          ? tools[name]!.map((privilege) => grant({ scope: 'server' }, privilege))
          : mine.flatMap((database) => privileges.map((privilege) => grant({ scope: 'database', database }, privilege)));
      if (sort === 'service' && random.chance(0.1))
        grants.push(grant({ scope: 'column', database: mine[0]!, object: 'users', column: 'email' }, 'UPDATE'));
      if (sort === 'person' && random.chance(0.04))
        grants.push(grant({ scope: 'server' }, 'CREATE USER'), grant({ scope: 'server' }, 'GRANT OPTION', { grantable: true }));
      accounts.push(user(name, host, { isLocked: random.chance(0.04), facts: { grants } }));
    }
    return accounts;
  },

  sqlserver(random, databases, count) {
    const login = (name: string, made: Made): AccountFact =>
      makeAccount(name, {
        ...made,
        typeSpecific: {
          is_disabled: made.isLocked ?? false,
          type_desc: name.includes('\\') ? 'WINDOWS_LOGIN' : 'SQL_LOGIN',
          default_database: 'master',
        },
      });
    const connects = grant({ scope: 'server', grantor: 'sa' }, 'CONNECT SQL');
    const accounts = [
      makeAccount('public', {
        isRole: true,
        isPublic: true,
        facts: { grants: [grant({ scope: 'server', grantor: 'sa' }, 'VIEW ANY DATABASE')] },
      }),
      ...['sysadmin', 'securityadmin', 'dbcreator'].map((name) => makeAccount(name, { isRole: true })),
      login('sa', {
        isSuperuser: true,
        isLocked: random.chance(0.5),
        facts: { memberships: [member('sysadmin')], owns: databases.map((database) => ({ scope: 'database', database })) },
      }),
      login('BUILTIN\\Administrators', { isSuperuser: true, facts: { memberships: [member('sysadmin')], grants: [connects] } }),
    ];
    for (const { name, sort } of accountNames(random, count)) {
      const mine = random.sample(databases, random.int(1, Math.min(3, databases.length)));
      const admin = sort === 'person' && random.chance(0.05);
      const memberships = mine.flatMap((database) =>
        random.chance(0.1)
          ? [member('db_owner', { database })]
          : name.includes('_ro')
            ? [member('db_datareader', { database })]
            : [member('db_datareader', { database }), member('db_datawriter', { database })],
      );
      if (admin) memberships.push(member('sysadmin'));
      const grants = [
        connects,
        ...(sort === 'tool' ? [grant({ scope: 'server', grantor: 'sa' }, 'VIEW SERVER STATE')] : []),
        ...(random.chance(0.06)
          ? [grant({ scope: 'table', database: mine[0]!, schema: 'dbo', object: 'Salary', grantor: 'dbo' }, 'SELECT', { state: 'deny' })]
          : []),
      ];
      accounts.push(
        login(sort === 'person' ? `CORP\\${name}` : name, {
          isSuperuser: admin,
          isLocked: random.chance(0.05),
          facts: { memberships, grants },
        }),
      );
    }
    return accounts;
  },

  oracle(random, databases, count) {
    const user = (name: string, made: Made): AccountFact =>
      makeAccount(name, {
        ...made,
        typeSpecific: {
          account_status: made.isLocked ? 'LOCKED' : 'OPEN',
          default_tablespace: databases[0]!,
          profile: 'DEFAULT',
          common: 'NO',
        },
      });
    const system = (...names: string[]): Grant[] => names.map((privilege) => grant({ scope: 'server' }, privilege));
    const accounts = [
      makeAccount('PUBLIC', { isRole: true, isPublic: true }),
      makeAccount('DBA', {
        isRole: true,
        facts: {
          grants: system(
            'ALTER SYSTEM',
            'ALTER DATABASE',
            'CREATE USER',
            'DROP USER',
            'DROP ANY TABLE',
            'GRANT ANY PRIVILEGE',
            'GRANT ANY ROLE',
            'SELECT ANY TABLE',
            'SELECT ANY DICTIONARY',
          ),
        },
      }),
      makeAccount('CONNECT', { isRole: true, facts: { grants: system('CREATE SESSION', 'SET CONTAINER') } }),
      makeAccount('RESOURCE', {
        isRole: true,
        facts: { grants: system('CREATE TABLE', 'CREATE PROCEDURE', 'CREATE SEQUENCE', 'CREATE TRIGGER', 'CREATE TYPE') },
      }),
      user('SYS', {
        isSuperuser: true,
        facts: { memberships: [member('DBA', { admin: true })], attributes: { administrative_privileges: ['SYSDBA', 'SYSOPER'] } },
      }),
      user('SYSTEM', { isSuperuser: true, facts: { memberships: [member('DBA', { admin: true })] } }),
    ];
    for (const { name, sort } of accountNames(random, count)) {
      const admin = sort === 'person' && random.chance(0.06);
      const memberships = [
        member('CONNECT'),
        ...(sort === 'service' && !name.includes('_ro') ? [member('RESOURCE')] : []),
        ...(admin ? [member('DBA')] : []),
      ];
      const grants = [
        ...(sort === 'tool' ? system('SELECT ANY DICTIONARY') : []),
        ...(name.includes('_ro') || sort === 'person'
          ? [grant({ scope: 'table', schema: 'APP_ORDER', object: 'ORDERS', grantor: 'APP_ORDER' }, 'SELECT')]
          : []),
        ...(random.chance(0.05) ? system('UNLIMITED TABLESPACE') : []),
      ];
      const quotas = Object.fromEntries(
        random
          .sample(databases, 1)
          .map((tablespace) => [
            tablespace,
            { max_bytes: random.chance(0.2) ? -1 : random.int(1, 40) * 1_073_741_824, bytes: random.int(1, 900) * 1_048_576 },
          ]),
      );
      accounts.push(
        user(name.replace('.', '_').toUpperCase(), {
          isSuperuser: admin,
          isLocked: random.chance(0.06),
          facts: { memberships, grants, attributes: { quotas } },
        }),
      );
    }
    return accounts;
  },
};
