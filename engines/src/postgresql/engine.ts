/** PostgreSQL. */
import { EngineError, type Engine } from '../engine.ts';
import { postgresqlPrivileges } from './privileges.ts';

export const postgresql: Engine = {
  type: 'postgresql',
  label: 'PostgreSQL',
  defaultPort: 5432,
  defaultDatabase: 'postgres',
  privileges: postgresqlPrivileges,
  connect: () => Promise.reject(new EngineError('UNSUPPORTED_VERSION', { stage: 'connect', detail: 'not yet' })),
};
