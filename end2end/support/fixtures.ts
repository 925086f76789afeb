// What every journey starts with: a Leadbell of its own, its sandbox, its REST interface, and a watch over its pages.
import { test as base, type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import { PASSWORD, tokens } from './demo.ts';
import { Health } from './health.ts';
import { Leadbell } from './leadbell.ts';
import { Rest } from './rest.ts';
import { Sandbox } from './sandbox.ts';

/** What no log may hold. (The demo prints its password and key itself.) */
const SECRETS = Object.values(tokens);

interface Journey {
  leadbell: Leadbell;
  sandbox: Sandbox;
  rest: Rest;
  health: Health;
}

export const test = base.extend<Journey>({
  leadbell: async ({}, use, info) => {
    const leadbell = await Leadbell.demo(info.parallelIndex);
    await use(leadbell);
    if (info.status !== info.expectedStatus) await info.attach('leadbell.log', { body: leadbell.log });
    await leadbell.end();
    const lines = leadbell.log.split('\n');
    expect(lines.filter((line) => line.includes('panicked')), 'panics in the log').toEqual([]);
    expect(lines.filter((line) => SECRETS.some((secret) => line.includes(secret))), 'secrets in the log').toEqual([]);
  },
  sandbox: async ({ leadbell }, use) => {
    await use(new Sandbox(leadbell.sandboxUrl));
  },
  rest: async ({ leadbell }, use) => {
    await use(new Rest(leadbell.url));
  },
  baseURL: async ({ leadbell }, use) => {
    await use(leadbell.url);
  },
  health: [
    async ({ context }, use) => {
      const health = new Health();
      await health.watch(context);
      await use(health);
      expect(health.unexpected, 'what the console and the network complained of').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Logs in and arrives where that person begins. */
export async function logIn(page: Page, email: string): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible();
}

/**
 * Waits until the page's own program runs: what a test does before would be done by plain HTML. Pages without a program
 * (all but the Tracking tab) are whole as they come.
 */
export async function hydrated(page: Page): Promise<void> {
  if ((await page.locator('link[rel=modulepreload], script[type=module]').count()) === 0) return;
  // Set by frontend/src/lib.rs.
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '', { timeout: 20_000 });
}

/** A second person at a computer of his own. */
export async function another(browser: Browser, leadbell: Leadbell): Promise<BrowserContext> {
  return browser.newContext({ baseURL: leadbell.url });
}
