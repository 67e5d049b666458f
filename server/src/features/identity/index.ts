/*
 * Who uses the console: sign-in, passwords, users, personal tokens, preferences, the first administrator.
 * Not here: sessions and tokens as such (http/), the policy table (contract).
 * Begin with handlers/auth.ts and sign-in.ts.
 */
export { authHandlers } from './handlers/auth.ts';
export { usersHandlers } from './handlers/users.ts';
export { createFirstAdmin } from './first-admin.ts';
export { createUser, updateUser } from './manage-users.ts';
export { passwordFaults } from './change-password.ts';
export { findUser, listAdmins } from './names.ts';
