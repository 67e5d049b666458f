/** The privilege names this engine knows; they feed the rule editor. */
import type { PrivilegeCatalogue } from '../engine.ts';
import { privilegeCatalogue } from '../privilege-rows.ts';
import { ROLES_AND_TABLESPACES } from './role-names.ts';
import { SYSTEM_PRIVILEGES } from './system-privileges.ts';

const { roles = [], ...tablespaces } = ROLES_AND_TABLESPACES;

export const oraclePrivileges: PrivilegeCatalogue = privilegeCatalogue({ roles, ...SYSTEM_PRIVILEGES, ...tablespaces });
