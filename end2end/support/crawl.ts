// Finds the pages a person can reach, by following the links, so that no list of them has to be kept.
import type { Page } from '@playwright/test';
import { hydrated } from './fixtures.ts';

/** The part of an address that says which page it is: without ids, and without what was searched for. */
function shape(address: URL): string {
  const parts = address.pathname.split('/').map((part) => (part.length > 20 || /\d/.test(part) ? 'one' : part));
  // The rules of all three levels are the same pages.
  if (parts.includes('tracking')) parts.splice(1, 1, 'rules');
  const doing = ['do', 'step', 'preset'].filter((name) => address.searchParams.has(name));
  return [...parts, ...doing].filter((part) => part !== '').join('-') || 'start';
}

/** Calls back on each page, once for each kind of page. */
export async function everyPage(page: Page, visit: (name: string) => Promise<void>): Promise<string[]> {
  const waiting = [new URL(page.url())];
  const known = new Set(waiting.map(shape));
  const visited: string[] = [];
  for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
    await page.goto(address.href);
    await hydrated(page);
    // Files to download are no pages.
    const links = await page
      .locator('a[href]:not([download])')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    const name = shape(address);
    await visit(name);
    visited.push(name);
    for (const link of links.map((href) => new URL(href))) {
      if (link.origin === address.origin && !known.has(shape(link))) {
        known.add(shape(link));
        waiting.push(link);
      }
    }
  }
  return visited;
}
