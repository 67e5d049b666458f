/*
 * The walls of the house, checked by `npm run check`. Each rule says why it stands. `exclude` is anchored on purpose: an
 * unanchored "dist" would also drop node_modules/pg-boss/dist, and with it every rule about a library's one home.
 */

/** A library may be imported from these places only. */
const home = (library, where, why, what = `^node_modules/${library}/|^${library}$`) => ({
  name: `home-of-${library.replaceAll(/[^a-z0-9]+/gi, '-')}`,
  comment: why,
  severity: 'error',
  from: { path: '^(contract|engines|server|web|e2e|bench)/', pathNot: [...where, tests] },
  // A type is erased: naming Kysely<DB> in a signature builds no statement.
  to: { path: what, dependencyTypesNot: ['type-only'] },
});

const tests = '\\.test\\.tsx?$|^server/(test|torture)/|^engines/(test|verify)/|^bench/|^e2e/';
/** Our own SQL is written in these files. */
const queries = '^server/src/[a-z/-]+/queries(\\.ts$|/)';
const store = '^server/src/store/';
const machineRooms = '^server/src/(http|store|jobs|cache|vault|logbook)/';
/** The composition: what puts the rooms together may see all of them. */
const roof = '^server/src/(main|assemble|app|routes|schedule|worker)\\.ts$|^server/src/(commands|demo)/';
const rows = {
  first: 'identity|credentials|tags|logs|partitions|settings|sync-sessions',
  second: 'instances|classification',
  third: 'accounts|capacity',
  fourth: 'fleet|scheduler|health|moving-in',
};
const feature = (names) => `^server/src/features/(${names})/`;

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or have a third one hidden in them.',
      severity: 'error',
      from: { pathNot: '^node_modules/' },
      to: { circular: true, viaOnly: { pathNot: '^node_modules/', dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-missing',
      comment: 'An import that leads nowhere fails at run time, when it is reached.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual:|bun:)' },
    },
    {
      name: 'contract-knows-nobody',
      comment: 'Server and browser both rely on the contract: it holds promises, written with zod and nothing else.',
      severity: 'error',
      from: { path: '^contract/src/', pathNot: tests },
      to: { pathNot: '^contract/src/|^node_modules/zod/' },
    },
    {
      name: 'engines-know-nobody',
      comment: 'Engines ask database servers and could be published alone: nothing of the server, the store, the contract or the web.',
      severity: 'error',
      from: { path: '^engines/' },
      to: { path: '^(contract|server|web|e2e|bench)/' },
    },
    {
      name: 'engines-know-drivers-only',
      comment: 'Whoever uses the engines gets the drivers and nothing more.',
      severity: 'error',
      from: { path: '^engines/src/', pathNot: tests },
      to: { path: '^node_modules/', pathNot: '^node_modules/(pg|pg-[a-z]+|mysql2|mssql|tedious|oracledb|@types)/' },
    },
    {
      name: 'engines-do-not-know-each-other',
      comment: 'What is true of one kind of server is no premise for another; what is common stands in engines/src itself.',
      severity: 'error',
      from: { path: '^engines/src/(postgresql|mysql|sqlserver|oracle|fake)/' },
      to: { path: '^engines/src/(postgresql|mysql|sqlserver|oracle|fake)/', pathNot: '^engines/src/$1/' },
    },
    {
      name: 'drivers-only-in-client',
      comment: "A driver's habits (types, errors, timeouts) are dealt with in one file per engine.",
      severity: 'error',
      from: { path: '^engines/src/', pathNot: ['/client\\.ts$', tests] },
      to: { path: '^node_modules/(pg|mysql2|mssql|tedious|oracledb)/' },
    },
    {
      name: 'web-knows-the-contract-only',
      comment: 'The browser talks HTTP as the contract promises it; what it imports from elsewhere would be shipped to everybody.',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^(engines|server|e2e|bench)/' },
    },
    {
      name: 'server-does-not-know-the-web',
      comment: 'The server serves the built pages as files.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(web|e2e|bench)/' },
    },
    {
      name: 'machine-rooms-know-no-feature',
      comment: 'Rooms serve every feature alike; one that knows a feature would have to change with it.',
      severity: 'error',
      from: { path: machineRooms, pathNot: tests },
      to: { path: '^server/src/features/' },
    },
    {
      name: 'nothing-below-the-roof-sees-it',
      comment: 'What puts the house together is imported by nobody in it (types aside).',
      severity: 'error',
      from: { path: `${machineRooms}|^server/src/features/`, pathNot: tests },
      to: { path: roof, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-ground-stands-alone',
      comment: 'refusal, clock and config are used everywhere, so they may need nothing of ours.',
      severity: 'error',
      from: { path: '^server/src/(clock|config)\\.ts$' },
      to: { path: '^(server|engines|web)/' },
    },
    {
      name: 'features-meet-at-the-door',
      comment: "A feature's inside may change without asking the others; what others may use stands in its index.ts.",
      severity: 'error',
      from: { path: '^server/src/features/([^/]+)/', pathNot: tests },
      to: { path: '^server/src/features/[^/]+/', pathNot: ['^server/src/features/$1/', '/index\\.ts$'] },
    },
    {
      name: 'row-1-imports-no-feature',
      comment: 'Features stand in rows and import only downwards; the first row stands on the machine rooms.',
      severity: 'error',
      from: { path: feature(rows.first), pathNot: tests },
      to: { path: '^server/src/features/([^/]+)/', pathNot: '^server/src/features/$1/' },
    },
    {
      name: 'row-2-imports-row-1',
      comment: 'Instances and classification may use the first row, not each other and nothing above.',
      severity: 'error',
      from: { path: `^server/src/features/(${rows.second})/`, pathNot: tests },
      to: { path: '^server/src/features/[^/]+/', pathNot: [feature(rows.first), '^server/src/features/$1/'] },
    },
    {
      name: 'row-3-imports-rows-1-and-2',
      comment: 'Accounts and capacity stand on instances and classification.',
      severity: 'error',
      from: { path: feature(rows.third), pathNot: tests },
      to: { path: '^server/src/features/[^/]+/', pathNot: feature(`${rows.first}|${rows.second}|${rows.third}`) },
    },
    {
      name: 'row-4-imports-downwards',
      comment: 'Fleet, scheduler and health look over everything below, not at each other.',
      severity: 'error',
      from: { path: `^server/src/features/(${rows.fourth})/`, pathNot: tests },
      to: { path: feature(rows.fourth), pathNot: '^server/src/features/$1/' },
    },
    home(
      'fastify',
      ['^server/src/http/', '^server/src/app\\.ts$'],
      'HTTP is spoken in one room; features answer values.',
      '^node_modules/(fastify|@fastify/[^/]+|fastify-[^/]+)/',
    ),
    home(
      'kysely',
      [store, queries, '^server/src/jobs/(queue|lock)\\.ts$'],
      'Statements stand where one looks for them: queries.ts and the store (and where the queue borrows our transaction).',
    ),
    home(
      'pg',
      [store, queries, '^engines/src/postgresql/client\\.ts$'],
      "PostgreSQL's driver belongs to the store and to the PostgreSQL engine.",
      '^node_modules/pg/',
    ),
    home('pg-boss', ['^server/src/jobs/'], 'The queue can be replaced in one room.'),
    home('pino', ['^server/src/logbook/'], 'Every line passes the same redaction.'),
    home('jose', ['^server/src/http/'], 'Tokens are made and checked in one place.'),
    home(
      'croner',
      ['^server/src/features/scheduler/', '^server/src/jobs/'],
      "One reading of cron expressions, with this product's meaning of weekdays.",
    ),
    home('ioredis', ['^server/src/cache/', '^server/src/http/'], 'Redis is optional; the cache decides what happens without it.'),
    home('@node-rs/argon2', ['^server/src/vault/'], 'Passwords are hashed in the vault.'),
    home('bcryptjs', ['^server/src/vault/'], 'Old hashes are verified in the vault.'),
    home('prom-client', ['^server/src/features/health/'], 'What is measured is named in one place; the others hand it values.'),
    home('pg-copy-streams', [`${store}backup/`], 'Whole tables are streamed for a backup only; everything else asks for rows.'),
    home('echarts', ['^web/src/ui/charts/'], 'Charts are drawn in one place, from the parts that are needed.'),
    {
      name: 'home-of-crypto',
      comment:
        'Cryptography is done in the vault (features take sha256 and randomId from it) and in the embedded database; config makes keys.',
      severity: 'error',
      from: { path: '^server/src/', pathNot: ['^server/src/vault/', '^server/src/store/embedded/', '^server/src/config\\.ts$', tests] },
      to: { path: '^(node:)?crypto$' },
    },
    {
      name: 'no-development-packages-at-run-time',
      comment: 'What an installation without development packages lacks must not be imported by what it runs.',
      severity: 'error',
      from: { path: '^(contract|engines|server)/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-borrowed-packages',
      comment: 'A package that is not in our package.json is there by accident and may be gone after the next installation.',
      severity: 'error',
      from: { path: '^(contract|engines|server|web|e2e|bench)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^([a-z0-9]+/dist|dist|data|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
