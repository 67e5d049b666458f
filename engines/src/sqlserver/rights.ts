/** What our own login may see, and so what its readings are worth. */
import type { Capability } from '../engine.ts';
import type { Session } from './client.ts';
import { DATABASES, RIGHTS } from './queries.ts';
import type { DatabaseRow } from './parse.ts';

export interface Rights {
  login: string;
  /** The login as the server quotes it, for statements shown to people. */
  quoted: string;
  definitions: boolean;
  names: boolean;
  everywhere: boolean;
}

export async function ownRights(session: Session): Promise<Rights> {
  const [row] = await session.query<Record<string, unknown>>(RIGHTS);
  const { login, quoted, definitions, names, everywhere } = row ?? {};
  return { login: String(login), quoted: String(quoted), definitions: definitions === 1, names: names === 1, everywhere: everywhere === 1 };
}

export async function capabilitiesOf(session: Session, rights: Rights, version: number): Promise<Capability[]> {
  const closed = (await session.query<DatabaseRow>(DATABASES)).filter((row) => row.state === 'ONLINE' && row.enterable !== 1);
  const capability = (feature: Capability['feature'], needs: string, has: boolean, required: boolean, grant: string): Capability => ({
    feature,
    needs,
    has,
    required,
    lacks: has ? null : needs,
    grant: has ? null : grant,
  });
  const server = (name: string): string => `GRANT ${name} TO ${rights.quoted}`;
  return [
    capability('accounts', 'VIEW ANY DEFINITION', rights.definitions, true, server('VIEW ANY DEFINITION')),
    capability(
      'privileges',
      'CONNECT in every database',
      closed.length === 0,
      false,
      version >= 1200
        ? server('CONNECT ANY DATABASE')
        : closed.map(({ quoted }) => `USE ${quoted}; CREATE USER ${rights.quoted} FOR LOGIN ${rights.quoted};`).join('\n'),
    ),
    capability('sizes', 'VIEW ANY DATABASE', rights.names, true, server('VIEW ANY DATABASE')),
  ];
}
