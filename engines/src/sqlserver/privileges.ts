/** The privilege names this engine knows; they feed the rule editor. */
import type { PrivilegeCatalogue } from '../engine.ts';

export const sqlserverPrivileges: PrivilegeCatalogue = [];
