import { setTimeout as wait } from 'node:timers/promises';
import { assemble, type Deps, storeConfig, storeLog } from '../assemble.ts';
import { buildApp } from '../app.ts';
import { systemClock, today } from '../clock.ts';
import type { Config } from '../config.ts';
import { createFirstAdmin } from '../features/identity/index.ts';
import { resealWallets } from '../features/instances/index.ts';
import { openLog } from '../logbook/index.ts';
import { migrateToLatest } from '../store/migrate.ts';
import { openStore } from '../store/open.ts';
import { startWorker } from '../worker.ts';

export interface Prepared {
  engines?: Deps['engines'];
  /** Run once the store is migrated and before anything is served. */
  fill?(deps: Deps): Promise<void>;
}

/** Behind a proxy: as long as it takes to notice that we are leaving (two checks, a second apart, in docs/operations/haproxy.cfg). */
const LEAVING_MS = 3000;
/** With what goes before it and after it, less than the ten seconds that a stop may take. */
const CLOSING_MS = 5500;

/** Opens everything, listens, and stays until a signal; gives back the exit code. */
export async function run(config: Config, roles: { http: boolean; worker: boolean }, prepared: Prepared = {}): Promise<number> {
  const log = openLog(config.logLevel);
  const clock = systemClock(config.timeZone);
  const store = await openStore(storeConfig(config, roles.http ? 'serve' : 'worker'), storeLog(log));
  let deps: Deps | undefined;
  const endings: (() => Promise<unknown>)[] = [() => store.close()];
  const end = async () => {
    for (const ending of endings.toReversed()) await ending().catch((error: unknown) => log.error('app', 'while stopping', {}, error));
  };
  try {
    const steps = await migrateToLatest(store.db, today(clock));
    if (steps.length > 0) log.info('app', `migrated: ${steps.join(', ')}`);
    deps = await assemble(config, { log, clock, store, worker: roles.worker, ...(prepared.engines ? { engines: prepared.engines } : {}) });
    endings.push(() => deps!.close());
    await sealOldWallets(deps);
    await prepared.fill?.(deps);
    if (roles.http) await greetFirstAdmin(config, deps);
    if (roles.worker) {
      const worker = await startWorker(deps);
      endings.push(() => worker.stop());
    }
    if (roles.http) {
      const app = await buildApp(deps);
      endings.push(() => Promise.race([app.close(), new Promise((resolve) => setTimeout(resolve, CLOSING_MS).unref())]));
      await listen(app, config);
    } else console.log('WhaleFall worker is running');
    log.info('app', `${roles.http ? 'serving' : 'working'}`, { version: config.version, node: deps.node });
  } catch (error) {
    await end();
    throw error;
  }
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  log.info('app', `stopping on ${signal}`);
  if (roles.http && config.trustProxy > 0) {
    deps.leaving.now = true;
    await wait(LEAVING_MS);
  }
  await end();
  return 0;
}

/** Versions before this one stored wallets as they were; and a new key takes the old one's place. */
async function sealOldWallets({ db, vault, log }: Deps): Promise<void> {
  const { changed, unreadable } = await resealWallets(db, vault);
  if (changed > 0) log.info('app', `${changed} wallets sealed`);
  if (unreadable.length > 0) log.warning('app', 'wallets that no configured key opens', { instances: unreadable });
}

async function listen(app: Awaited<ReturnType<typeof buildApp>>, config: Config): Promise<void> {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE') throw new Error(`port ${config.port} is taken: set PORT`, { cause: error });
    throw error;
  }
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  console.log(
    `\n  WhaleFall 鲸落 ${config.version}${config.demo ? '  (demo)' : ''}\n  http://${host.includes(':') ? `[${host}]` : host}:${config.port}\n`,
  );
}

async function greetFirstAdmin(config: Config, { db, clock }: Deps): Promise<void> {
  const admin = await createFirstAdmin(
    db,
    { username: config.adminUsername, password: config.adminPassword ?? null },
    config.dataDir,
    clock.now(),
    Boolean(process.stdout.isTTY),
  );
  if (!admin) return;
  if (admin.file) console.log(`\n  First administrator: ${admin.username}\n  One-time password in: ${admin.file}\n`);
  else if (admin.password)
    console.log(
      `\n  First administrator: ${admin.username}\n  One-time password:   ${admin.password}\n  It must be changed at the first sign-in.\n`,
    );
}
