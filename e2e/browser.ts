import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Why there is no browser, in a form a test run prints. */
export class NoBrowser extends Error {}

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'];

/** Debian's Chromium, or the one `CHROMIUM_PATH` names; it works as root and asks nobody outside. */
export async function launch({ headed = false } = {}): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM_PATH, ...PLACES].find((path) => path && existsSync(path));
  if (!executablePath) throw new NoBrowser('no chromium (Debian: chromium); or set CHROMIUM_PATH');
  return chromium.launch({
    executablePath,
    headless: !headed,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
}
