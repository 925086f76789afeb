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

test('an admin adds a publisher with a channel, by keyboard and without a script', async ({ page, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto('/publishers');
  await page.getByRole('link', { name: 'Add publisher' }).click();
  await examine(page, 'catalog-new-publisher');
  await page.getByLabel('Name').fill('Zebra Leads');
  await page.getByLabel('ID', { exact: true }).fill('2000');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Publisher “Zebra Leads” is added.')).toBeVisible();
  await page.goto('/catalog/channels/new');
  await page.getByLabel('ID', { exact: true }).fill('7000');
  await page.getByLabel('Name').fill('Zebra POST');
  await page.getByLabel('Publisher').fill('Zebra');
  await page.getByRole('button', { name: 'Add channel' }).click();
  // What is wrong is said at the top, leading to its field, and at the field; what was typed is still there.
  await expect(page.getByRole('alert')).toContainText('2 fields need another look');
  await expect(page.getByRole('alert')).toContainText('Did you mean Zebra Leads (2000)?');
  await page.getByRole('alert').getByRole('link', { name: 'Publisher' }).click();
  await expect(page.getByLabel('Publisher')).toBeFocused();
  await expect(page.getByLabel('Name')).toHaveValue('Zebra POST');
  await examine(page, 'catalog-refused-channel');
  await page.getByLabel('Publisher').fill('zebra leads');
  await page.getByLabel('Platform').selectOption('LMS');
  await page.getByRole('button', { name: 'Add channel' }).click();
  await expect(page.getByRole('heading', { name: 'Zebra POST' })).toBeVisible();
  await page.getByRole('link', { name: 'Zebra Leads' }).click();
  await expect(page.getByRole('link', { name: '1 channel' })).toBeVisible();
  await examine(page, 'catalog-publisher-with-channel');
});

test('deleting a publisher tells what uses it first, and can be taken back', async ({ page }) => {
  await logIn(page, people.admin);
  await page.goto('/publishers/1044');
  await page.getByRole('link', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { name: 'Delete Blue Traffic?' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^\d+ channels$/ })).toBeVisible();
  await examine(page, 'catalog-delete');
  await page.getByRole('button', { name: 'Delete publisher' }).click();
  await expect(page.getByText('Publisher 1044 is deleted.')).toBeVisible();
  await page.goto('/publishers');
  await expect(page.getByRole('row').filter({ hasText: 'Blue Traffic' })).toHaveCount(0);
  await page.goto('/publishers?status=deleted');
  await page.getByRole('link', { name: 'Edit Blue Traffic' }).click();
  await page.getByLabel('Status').selectOption('Active');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Publisher “Blue Traffic” is saved.')).toBeVisible();
});

test('a file is checked, corrected, and imported as it was shown', async ({ page, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto('/catalog/buyers');
  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await examine(page, 'catalog-import');
  const file = (text: string) => ({ name: 'catalog.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByLabel('CSV file').setInputFiles(file('kind,id,name,status\nbuyer,900,Okapi,paused\n'));
  await page.getByRole('button', { name: 'Check' }).click();
  const wrong = page.getByRole('table', { name: 'What is wrong' }).getByRole('row').nth(1);
  await expect(wrong).toContainText('A buyer is active, disabled or deleted.');
  await examine(page, 'catalog-import-wrong');
  await page.getByLabel('CSV file').setInputFiles(file('\uFEFFkind;id;name\r\nbuyer;900;Okapi\r\nbuyer;402;Acme\r\n'));
  await page.getByRole('button', { name: 'Check' }).click();
  await expect(page.getByText('1 new, 1 changed, 0 unchanged.')).toBeVisible();
  await expect(page.getByText('name “Acme Lending” → “Acme”')).toBeVisible();
  await examine(page, 'catalog-import-changes');
  await page.getByRole('button', { name: 'Import 2 entries' }).click();
  await expect(page.getByText('The file is imported: 1 new, 1 changed.')).toBeVisible();
  await page.goto('/catalog/buyers?q=okapi');
  await expect(page.getByRole('row').filter({ hasText: 'Okapi' })).toBeVisible();
});

test("a buyer's agent finds the pingtrees that hold campaigns of his buyers", async ({ page }) => {
  await logIn(page, people.buyerAgent);
  await page.goto('/catalog/pingtrees');
  await expect(page.getByRole('row').filter({ hasText: 'Main US' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Auto Calls' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Main US' }).click();
  await expect(page.getByRole('link', { name: 'Acme CA' })).toBeVisible();
  await expect(page.getByText('Summit Settlement')).toHaveCount(0);
});
