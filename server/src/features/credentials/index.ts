/*
 * Sealed logins for watched servers.
 * Not here: the cipher (vault/), who uses a credential (instances).
 * Begin with change-credentials.ts; open-credential.ts is the only place that opens one.
 */
export { createCredential, deleteCredential, rotateKey, type ReplaceCredential } from './change-credentials.ts';
export { credentialsHandlers } from './handlers.ts';
export { openCredential, type Login } from './open-credential.ts';
export { sealedById as credentialFacts } from './queries.ts';
