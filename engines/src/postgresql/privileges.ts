/** The privilege names this engine knows; they feed the rule editor. */
import type { PrivilegeCatalogue } from '../engine.ts';
import { privilegeCatalogue } from '../privilege-rows.ts';
import { ROWS } from './privilege-names.ts';

export const postgresqlPrivileges: PrivilegeCatalogue = privilegeCatalogue(ROWS);
