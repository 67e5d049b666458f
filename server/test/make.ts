import type { DbType } from '@whalefall/contract';
import { type FakeInstance } from '@whalefall/engines/fake';
import { createCredential } from '../src/features/credentials/index.ts';
import { createInstancesIn } from '../src/features/instances/index.ts';
import { transaction } from '../src/store/transaction.ts';
import type { TestHouse } from './harness.ts';

let counter = 0;
const unique = (): number => ++counter;
const actor = (house: TestHouse) => ({ user: null, now: house.clock.now() });

/** A stored login; @returns its id. */
export const makeCredential = (
  house: TestHouse,
  given: { name?: string; db_type?: DbType; username?: string; password?: string; is_active?: boolean } = {},
): Promise<number> =>
  createCredential(house.deps.db, house.deps.vault, actor(house), {
    name: given.name ?? `credential-${unique()}`,
    credential_type: 'database',
    db_type: given.db_type ?? 'postgresql',
    username: given.username ?? 'monitor',
    password: given.password ?? 'monitor-secret-1',
    is_active: given.is_active ?? true,
  });

/** A registered instance; @returns its id. */
export async function makeInstance(
  house: TestHouse,
  given: {
    name?: string;
    db_type?: DbType;
    host?: string;
    port?: number;
    credential_id?: number | null;
    is_active?: boolean;
    tag_names?: string[];
    database_name?: string;
    description?: string;
  } = {},
): Promise<number> {
  const n = unique();
  const [made] = await transaction(house.deps.db, (db) =>
    createInstancesIn(db, house.deps.vault, actor(house), [
      {
        name: given.name ?? `instance-${n}`,
        db_type: given.db_type ?? 'postgresql',
        host: given.host ?? `10.9.${Math.floor(n / 250)}.${(n % 250) + 1}`,
        port: given.port ?? 5432,
        credential_id: given.credential_id ?? null,
        ...given,
      },
    ]),
  );
  return made!.id;
}

/** Registers an instance of the fake world with a login that works. */
export async function registerFake(house: TestHouse, fake: FakeInstance, credentialId?: number): Promise<number> {
  const credential = credentialId ?? (await makeCredential(house, { db_type: fake.dbType }));
  return makeInstance(house, { name: fake.name, db_type: fake.dbType, host: fake.host, port: fake.port, credential_id: credential });
}
