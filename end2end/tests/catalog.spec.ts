// The catalog: what rules filter by, to look up. Its pages bring no program to the browser.
import { people } from '../support/demo.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(120_000);

test('an account manager looks up a channel, by keyboard', async ({ page }) => {
  await logIn(page, people.admin);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Catalog' }).click();
  await expect(page.getByRole('heading', { name: 'Channels' })).toBeVisible();
  await expect(page.locator('script')).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search channels' }).focus();
  await page.keyboard.type('blue');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/catalog\/channels\?q=blue/);
  await expect(page.getByRole('row').filter({ hasText: 'Blue' }).first()).toBeVisible();
  await examine(page, 'catalog-channels');
  await page.goto('/catalog/buyers?q=nobody-of-this-name');
  await expect(page.getByText('No buyers found')).toBeVisible();
  await examine(page, 'catalog-found-none');
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Acme Lending' })).toBeVisible();
});

test("a publisher's agent finds channels and sources there, and no buyer", async ({ page, health }) => {
  health.forgive(/404/);
  await logIn(page, people.publisherAgent);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Catalog' }).click();
  const tabs = page.getByRole('navigation', { name: 'Catalog' }).getByRole('link');
  await expect(tabs).toHaveText(['Channels', 'Sources']);
  const refused = await page.goto('/catalog/buyers');
  expect(refused?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
});
