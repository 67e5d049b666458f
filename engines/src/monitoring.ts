/**
 * The script that makes a monitoring account with no more rights than the collectors need, per engine, flavour and
 * version. The live tests make their account with exactly this text, and take each grant away in turn.
 */
import type { DbType } from './engine.ts';
import { monitoring as mysql } from './mysql/monitoring.ts';
import { monitoring as oracle } from './oracle/monitoring.ts';
import { monitoring as postgresql } from './postgresql/monitoring.ts';
import type { ScriptOptions, ScriptStatement } from './script.ts';
import { monitoring as sqlserver } from './sqlserver/monitoring.ts';

const SCRIPTS: Record<DbType, (options: ScriptOptions) => ScriptStatement[]> = { postgresql, mysql, sqlserver, oracle };

export const monitoringStatements = (dbType: DbType, options: ScriptOptions): ScriptStatement[] => SCRIPTS[dbType](options);

/** SQL text, one statement per line, each reason as a comment before what it is for. */
export function monitoringScript(dbType: DbType, options: ScriptOptions): string {
  return monitoringStatements(dbType, options)
    .flatMap(({ sql, why }) => (why ? [`-- ${why[options.locale ?? 'en']}`, sql] : [sql]))
    .join('\n');
}
