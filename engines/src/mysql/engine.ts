/** MySQL / MariaDB. */
import { EngineError, type Engine } from '../engine.ts';
import { mysqlPrivileges } from './privileges.ts';

export const mysql: Engine = {
  type: 'mysql',
  label: 'MySQL / MariaDB',
  defaultPort: 3306,
  defaultDatabase: null,
  privileges: mysqlPrivileges,
  connect: () => Promise.reject(new EngineError('UNSUPPORTED_VERSION', { stage: 'connect', detail: 'not yet' })),
};
