/** What happens on a fleet from one day to the next (pure but for the instances it is given to change). */
import type { AccountFact } from '../engine.ts';
import { canonicalFacts } from '../facts.ts';
import { grant, makeAccount } from './made.ts';
import type { FakeInstance } from './fleet.ts';
import { random, seedOf, type Random } from './random.ts';

/** Changes about one instance in six, in one to four accounts; the same for the same seed and step. */
export function mutateFleet(fleet: readonly FakeInstance[], seed: number, step: number, gone: Map<string, AccountFact[]>): void {
  for (const instance of fleet) {
    const dice = random(seedOf(`${seed}/${instance.name}/${step}`));
    if (!dice.chance(1 / 6)) continue;
    const changes = dice.int(1, 4);
    for (let i = 0; i < changes; i += 1) change(instance, dice, step, i, gone);
  }
}

function change(instance: FakeInstance, dice: Random, step: number, at: number, gone: Map<string, AccountFact[]>): void {
  const ordinary = instance.accounts.filter((account) => !account.isRole && !account.isPublic && !account.isSuperuser);
  if (ordinary.length === 0) return;
  const account = dice.pick(ordinary);
  const database = instance.databases[0]!.name;
  const replace = (fresh: AccountFact | null): void => {
    instance.accounts = instance.accounts.flatMap((known) => (known !== account ? [known] : fresh ? [fresh] : []));
  };
  const place = instance.dbType === 'oracle' ? { scope: 'server' as const } : { scope: 'database' as const, database };
  const privilege = { mysql: 'DROP', postgresql: 'CREATE', sqlserver: 'EXECUTE', oracle: 'CREATE ANY TABLE' }[instance.dbType];
  switch (dice.int(0, 5)) {
    case 0:
    case 1:
      replace({
        ...account,
        facts: canonicalFacts({
          ...account.facts,
          grants: [...account.facts.grants, grant(place, privilege, { grantable: dice.chance(0.2) })],
        }),
      });
      break;
    case 2:
      replace({ ...account, facts: canonicalFacts({ ...account.facts, grants: account.facts.grants.slice(1) }) });
      break;
    case 3:
      replace({
        ...account,
        isLocked: !account.isLocked,
        typeSpecific: {
          ...account.typeSpecific,
          ...('is_locked' in account.typeSpecific ? { is_locked: !account.isLocked } : {}),
          ...('account_status' in account.typeSpecific ? { account_status: account.isLocked ? 'OPEN' : 'LOCKED' } : {}),
        },
      });
      break;
    case 4: {
      gone.set(instance.name, [...(gone.get(instance.name) ?? []), account]);
      replace(null);
      break;
    }
    default: {
      const returning = gone.get(instance.name)?.pop();
      const name =
        instance.dbType === 'mysql'
          ? `tmp_step${step}_${at}@10.0.%`
          : instance.dbType === 'oracle'
            ? `TMP_STEP${step}_${at}`
            : `tmp_step${step}_${at}`;
      instance.accounts.push(
        returning ??
          makeAccount(name, {
            typeSpecific: instance.dbType === 'mysql' ? { host: '10.0.%', original_username: name.split('@')[0] } : {},
            facts: { grants: [grant(place, privilege)] },
          }),
      );
    }
  }
}
