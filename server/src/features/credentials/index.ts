/*
 * Sealed logins for watched servers.
 * Not here: the cipher (vault/), who uses a credential (instances).
 * Begin with change-credentials.ts; open-credential.ts is the only place that opens one.
 */
export { createCredential, rotateKey } from './change-credentials.ts';
export { credentialsHandlers } from './handlers.ts';
export { openCredential } from './open-credential.ts';
export { keepCredentials, sealedById as credentialFacts } from './queries.ts';
