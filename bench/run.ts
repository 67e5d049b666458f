/** `npm run bench [part …]`: every part, or the ones named. Each prints its figures and writes bench/results/<part>.{json,md}. */
import { access } from './access.ts';
import { api } from './api.ts';
import { consolePages } from './console.ts';
import { fleetSync } from './fleet-sync.ts';
import { logs } from './logs.ts';
import { mainJob } from './main-job.ts';
import { machine } from './results.ts';

const PARTS: Record<string, () => Promise<void>> = {
  'main-job': mainJob,
  'fleet-sync': fleetSync,
  access,
  logs,
  api,
  console: consolePages,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PARTS[name]);
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(1);
}
console.log(`${machine()}\n`);
for (const [name, part] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await part();
process.exit();
