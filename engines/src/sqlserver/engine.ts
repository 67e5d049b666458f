/** SQL Server: the names of its privileges; its collector is not in this version, and connecting says so. */
import { EngineError, type Engine } from '../engine.ts';
import { sqlserverPrivileges } from './privileges.ts';

export const sqlserver: Engine = {
  type: 'sqlserver',
  label: 'SQL Server',
  defaultPort: 1433,
  defaultDatabase: 'master',
  privileges: sqlserverPrivileges,
  connect: () =>
    Promise.reject(
      new EngineError('UNSUPPORTED_VERSION', { stage: 'connect', detail: 'the collector for SQL Server is not in this version' }),
    ),
};
