/** Who may do less sees less: nothing that would be refused is offered, and refused pages say so in their own words. */
import type { Page } from 'playwright-core';
import { catalogue, pagesOf, PERMISSIONS, type Permission } from '../../contract/src/index.ts';
import type { Journey } from '../journey.ts';
import { assert, signIn, type Visit } from '../page.ts';
import { findIds, goTo, type Ids, places } from '../sitemap.ts';

/** What a word on a button does, and the permission that the server demands for it. */
const DOES: [RegExp, Permission][] = [
  [/^(new|create(?! partitions)|import|add)\b/i, 'create'],
  [/^(edit|enable|disable|assign by hand)\b/i, 'update'],
  [/^(delete|remove)\b/i, 'delete'],
  [/^(sync|test|classify now|aggregate now|cancel session|retry failed)\b/i, 'execute'],
  [/^(reset password|unlock|run now|pause|resume|restore defaults|change time|drop|create partitions)\b/i, 'admin'],
];
const ROLES = { user: 'operator', viewer: 'viewer' } as const;
/** Pages whose controls are about oneself. */
const OWN = new Set(['profile', 'user-menu', 'change-password']);

/** Opened by a button that these roles do not have. */
const BEHIND_BUTTONS = new Set(['instances-import', 'instances-selected', 'user-create', 'column-chooser']);

export const roles: Journey = {
  name: 'roles',
  async run(t) {
    const site = await t.step('the demo fleet', () => t.world.demo());
    const admin = await t.visit(site);
    const ids = await t.step('the addresses', async () => {
      await signIn(admin, 'admin');
      return findIds(admin);
    });
    await t.close(admin);
    for (const [role, username] of Object.entries(ROLES) as ['user' | 'viewer', string][]) {
      const may = new Set<string>(PERMISSIONS[role]);
      const visit = await t.step(`${username} signs in`, async () => {
        const visit = await t.visit(site);
        await signIn(visit, username);
        return visit;
      });
      await t.check(`${username}: pages of others answer 403 and say so`, () => refused(visit, may, ids));
      await t.check(`${username}: nothing is offered that would be refused`, () => offered(visit, may, ids));
      await t.close(visit);
    }
  },
};

async function refused(visit: Visit, may: ReadonlySet<string>, ids: Ids): Promise<void> {
  const closed = pagesOf(catalogue).filter((page) => !['public', 'signedIn'].includes(page.access) && !may.has(page.access));
  assert(closed.length > 3, 'there are no pages that this role may not open');
  for (const { path } of closed) {
    const address = path
      .replace('<int:instance_id>', String(ids.instance))
      .replace('<int:credential_id>', String(ids.credential))
      .replace('<int:tag_id>', String(ids.tag));
    const answer = await visit.page.goto(address);
    assert(answer?.status() === 403, `${address} answers ${answer?.status()}`);
    const text = await visit.page.locator('.light-error').innerText();
    assert(text.includes('403') && /role|permission/i.test(text), `${address} does not say what is missing: ${text}`);
  }
}

async function offered(visit: Visit, may: ReadonlySet<string>, ids: Ids): Promise<void> {
  const wrong: string[] = [];
  let useful = 0;
  const visible = places(ids).filter((place) => {
    if (place.as !== 'admin' || place.status || OWN.has(place.name) || (place.needs && !may.has(place.needs))) return false;
    const route = routeOf(place.path);
    return route && may.has(route.access) && !BEHIND_BUTTONS.has(place.name);
  });
  for (const place of visible) {
    visit.forget();
    await goTo(visit, place);
    await openMenus(visit.page);
    for (const { text, href } of await controls(visit.page)) {
      const needed = DOES.find(([word]) => word.test(text))?.[1] ?? (href && routeOf(href)?.access);
      if (needed === 'execute' && may.has(needed)) useful += 1;
      if (needed && !['public', 'signedIn'].includes(needed) && !may.has(needed))
        wrong.push(`${place.name}: "${text}" ${href ?? ''} needs ${needed}`);
    }
    wrong.push(...visit.trouble().map((one) => `${place.name}: ${one}`));
  }
  assert(wrong.length === 0, wrong.join('\n'));
  if (may.has('execute')) assert(useful > 3, 'the controls that this role may use are missing');
  // A dialog that an address opens must not open for who may not use it.
  if (!may.has('create')) {
    await visit.go('/instances/?import=1');
    assert(!(await visit.page.locator('.ant-modal').isVisible()), '/instances/?import=1 opens the import');
  }
}

function routeOf(address: string): { access: string } | undefined {
  const path = address.split(/[?#]/)[0]!;
  const found = pagesOf(catalogue).filter((page) =>
    new RegExp(`^${page.path.replaceAll(/<int:\w+>/g, '\\d+').replaceAll(/<\w+>/g, '[^/]+')}$`).test(path),
  );
  return found[0];
}

/** The first row's own menu, where there is one. */
async function openMenus(page: Page): Promise<void> {
  const menu = page.locator('main [aria-haspopup=menu]').first();
  if (!(await menu.isVisible())) return;
  await menu.click();
  await page.locator('.ant-dropdown:not(.ant-dropdown-hidden) [role=menuitem]').first().waitFor();
}

/** Buttons and links; a link that names its row's object is no offer, whatever the object is called. */
function controls(page: Page): Promise<{ text: string; href: string | null }[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('a[href], button, [role=menuitem], input[type=checkbox]')]
      .filter((one) => one.checkVisibility() && !(one.matches('td.lead a, a.mono') && one.getAttribute('href')?.includes('?')))
      .map((one) => ({ text: (one.textContent || one.getAttribute('aria-label') || '').trim(), href: one.getAttribute('href') })),
  );
}
