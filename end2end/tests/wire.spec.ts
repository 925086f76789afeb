// What pages weigh, how long they are kept, and what they forbid.
import type { CDPSession, Page } from '@playwright/test';
import { people } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';

/** First page load over the wire (issue 2), in bytes. */
const LIMIT = 350_000;

interface Loaded {
  url: string;
  bytes: number;
  headers: Record<string, string>;
}

/** Watches what goes over the wire, compressed as it is. */
async function meter(session: CDPSession): Promise<Map<string, Loaded>> {
  const all = new Map<string, Loaded>();
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]));
    all.set(requestId, { url: response.url, bytes: 0, headers });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const loaded = all.get(requestId);
    if (loaded) loaded.bytes = encodedDataLength;
  });
  await session.send('Network.enable');
  return all;
}

async function firstLoad(page: Page, path: string): Promise<Loaded[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  const all = await meter(session);
  await page.goto(path, { waitUntil: 'load' });
  await hydrated(page);
  await session.detach();
  return [...all.values()];
}

for (const path of ['/products/219/tracking', '/products/219/tracking/new']) {
  test(`the first load of ${path} is at most 350 KB over the wire`, async ({ page }, info) => {
    await logIn(page, people.admin);
    const loaded = await firstLoad(page, path);
    const total = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
    const table = loaded.map(({ url, bytes, headers }) => `${bytes} ${headers['content-encoding'] ?? '-'} ${new URL(url).pathname}`);
    info.annotations.push({ type: 'bytes over the wire', description: `${total}` });
    await info.attach('wire.txt', { body: [...table, `${total} in all`].join('\n') });
    console.log(`      ${path}: ${Math.round(total / 1000)} KB over the wire`);
    expect(total, table.join('\n')).toBeLessThanOrEqual(LIMIT);

    const assets = loaded.filter(({ url }) => new URL(url).pathname.startsWith('/pkg/'));
    expect(assets.map(({ url }) => url.split('.').pop()).sort()).toEqual(['css', 'js', 'wasm']);
    for (const { url, headers } of assets) {
      expect(url).toMatch(/\/pkg\/leadbell\.[\w-]{8,}\.(css|js|wasm)$/);
      expect(headers['content-encoding'], url).toBe('br');
      expect(headers['cache-control'], url).toContain('immutable');
      expect(headers['cache-control'], url).toContain('max-age=31536000');
    }
    expect(assets.find(({ url }) => url.endsWith('.wasm'))?.headers['content-type']).toBe('application/wasm');
  });
}

for (const path of ['/login', '/products', '/products/219', '/help/slack', '/no/such/page']) {
  test(`${path} is a page without a program: nothing but its style sheet comes with it`, async ({ page, health }) => {
    health.forgive(/404/);
    if (path !== '/login') await logIn(page, people.admin);
    const loaded = await firstLoad(page, path);
    const assets = loaded.map(({ url }) => new URL(url).pathname).filter((name) => name.startsWith('/pkg/'));
    expect(assets).toHaveLength(1);
    expect(assets[0]).toMatch(/\.css$/);
    expect(await page.locator('script').count()).toBe(0);
    expect(loaded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(LIMIT / 10);
  });
}

test('pages forbid what they do not need, and are kept by no cache', async ({ page, health }) => {
  await logIn(page, people.admin);
  for (const path of ['/products', '/products/218/tracking', '/products/218/tracking/new', '/help/slack']) {
    const response = await page.goto(path);
    const headers = (await response?.allHeaders()) ?? {};
    const policy = headers['content-security-policy'] ?? '';
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toContain("frame-ancestors 'none'");
    if (path.includes('/tracking')) expect(policy, path).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'nonce-[^']+'/);
    else expect(policy, path).not.toContain('script-src');
    expect(policy, path).not.toContain('unsafe-inline');
    expect(policy, 'no reloading in release').not.toContain('ws:');
    expect(headers['cache-control'], path).toBe('no-store');
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    await hydrated(page);
  }
  // And they are enforced: a script of somebody else's does not run.
  health.forgive(/Content Security Policy|CSP: script-src/);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.intruder = true';
    const blocked = new Promise((done) => document.addEventListener('securitypolicyviolation', done, { once: true }));
    document.head.append(script);
    await blocked;
    return 'intruder' in window;
  });
  expect(ran).toBe(false);
});

test('another site can change nothing with a visitor\'s cookie', async ({ page, leadbell }) => {
  await logIn(page, people.admin);
  const cookies = await page.context().cookies();
  const answer = await fetch(`${leadbell.url}/logout`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: 'https://evil.example', cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  });
  expect(answer.status).toBe(403);
  await page.goto('/products');
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible();
});

test('walking through the pages of the program leaves no complaint, and no page is loaded anew', async ({ page }) => {
  await logIn(page, people.admin);
  for (const link of ['Campaigns', 'Publishers', 'System', 'Products']) {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: link }).click();
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: link })).toHaveAttribute('aria-current', 'page');
  }
  await page.getByRole('searchbox').fill('solar');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/q=solar/);
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Home Solar', exact: true }).click();
  await page.getByRole('link', { name: 'Tracking', exact: true }).click();
  await expect(page).toHaveURL(/tracking$/);
  await hydrated(page);
  // A mark that a new document would wipe away.
  await page.evaluate(() => document.documentElement.setAttribute('data-same-document', ''));
  await page.getByRole('searchbox').fill('nothing like it');
  await expect(page).toHaveURL(/q=nothing/);
  await page.getByRole('link', { name: 'Show all rules' }).click();
  await page.getByRole('button', { name: 'Add Rule' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.goForward();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-same-document', '');
  await page.goBack();
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByRole('heading', { name: 'Home Solar' })).toBeVisible();
  await expect(page.locator('html')).not.toHaveAttribute('data-same-document', '');
});
