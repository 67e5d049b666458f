/** A journey and its steps: what passed, what failed, and what the browser showed when it did. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { root, type WhaleFall } from './servers.ts';
import { type Visit, openVisit } from './page.ts';

export const outputDir = join(root, 'e2e', 'output');

export interface World {
  browser: Browser;
  /** An empty installation, started when first asked for. */
  live(): Promise<WhaleFall>;
  /** The demo fleet. Journeys that change it come last. */
  demo(): Promise<WhaleFall>;
}

export interface Journey {
  name: string;
  run(t: Steps): Promise<void>;
}

/** While journeys are written: only what has one of these comma-separated words in its title (`E2E_TITLE`). */
export function asked(title: string): boolean {
  const words = process.env.E2E_TITLE?.split(',') ?? [];
  return words.length === 0 || words.some((word) => title.includes(word));
}

/** Thrown after a step was recorded as failed: what comes after it makes no sense. */
class Broken extends Error {}

export class Steps {
  passed = 0;
  failed = 0;
  /** Of several visits those that a failing step is about. */
  only: readonly Visit[] | undefined;
  readonly world: World;
  private readonly name: string;
  private readonly visits = new Set<Visit>();

  constructor(name: string, world: World) {
    this.name = name;
    this.world = world;
  }

  /** A step that the following ones stand on. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const result = await this.attempt(title, work);
    if (!result) throw new Broken(title);
    return result.value;
  }

  /** A step of its own: the next ones are tried whatever becomes of it. */
  async check(title: string, work: () => Promise<unknown>): Promise<boolean> {
    return (await this.attempt(title, work)) !== null;
  }

  /** A browser context of its own, closed with the journey. */
  async visit(site: WhaleFall, options: BrowserContextOptions = {}): Promise<Visit> {
    const visit = await openVisit(this.world.browser, site.url, options);
    this.visits.add(visit);
    return visit;
  }

  async close(visit: Visit): Promise<void> {
    this.visits.delete(visit);
    await visit.context.close();
  }

  async run(journey: Journey): Promise<void> {
    try {
      await journey.run(this);
    } catch (error) {
      if (!(error instanceof Broken)) await this.fail('outside of its steps', error);
    }
    for (const visit of this.visits) await this.close(visit);
  }

  private async attempt<T>(title: string, work: () => Promise<T>): Promise<{ value: T } | null> {
    const started = Date.now();
    try {
      const value = await work();
      this.passed += 1;
      console.log(`  ok      ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      return { value };
    } catch (error) {
      await this.fail(title, error);
      return null;
    }
  }

  private async fail(title: string, error: unknown): Promise<void> {
    this.failed += 1;
    console.log(`  FAILED  ${this.name}: ${title}`);
    console.log(indent(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    mkdirSync(outputDir, { recursive: true });
    let number = 0;
    for (const visit of this.visits) {
      const { page } = visit;
      if (this.only && !this.only.includes(visit)) continue;
      if (page.isClosed() || page.url() === 'about:blank') continue;
      const base = join(outputDir, `${this.name}-${title}-${(number += 1)}`.replaceAll(/[^\w/-]+/g, '-').slice(0, 160));
      const log = [`${page.url()}`, ...visit.trouble().map(String)];
      await page.screenshot({ path: `${base}.png`, timeout: 5000 }).catch(() => undefined);
      writeFileSync(`${base}.html`, await page.content().catch(() => ''));
      writeFileSync(`${base}.log`, `${log.join('\n')}\n`);
      console.log(indent(`${base}.png .html .log\n${log.join('\n')}`));
    }
  }
}

const indent = (text: string): string => text.replaceAll(/^/gm, '          ');
