/** Oracle: the names of its privileges; its collector is not in this version, and connecting says so. */
import { EngineError, type Engine } from '../engine.ts';
import { oraclePrivileges } from './privileges.ts';

export const oracle: Engine = {
  type: 'oracle',
  label: 'Oracle',
  defaultPort: 1521,
  defaultDatabase: null,
  privileges: oraclePrivileges,
  connect: () =>
    Promise.reject(new EngineError('UNSUPPORTED_VERSION', { stage: 'connect', detail: 'the collector for Oracle is not in this version' })),
};
