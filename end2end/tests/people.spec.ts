// People: added by a one-time link, changed, disabled; API keys; one's own account; and who did it, in the audit log.
import type { Page } from '@playwright/test';

import { blueTraffic, debtRelief, northLeads, PASSWORD, people } from '../support/demo.ts';
import { another, expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

// Many pages, each examined in eight shapes.
test.setTimeout(240_000);

const NEW = 'a few words in a row';

function menu(page: Page, name: string) {
  return page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
}

/** The part of a table about somebody. */
function row(page: Page, text: string) {
  return page.getByRole('row').filter({ hasText: text });
}

/** The secret that a page shows once. */
async function secret(page: Page): Promise<string> {
  return (await page.locator('.once__secret').textContent())?.trim() ?? '';
}

test('an admin adds a publisher, who chooses a password and finds his own rules', async ({
  page,
  browser,
  leadbell,
  health,
}) => {
  health.forgive(/422|404/);
  await logIn(page, people.admin);
  await menu(page, 'System').click();
  await page.getByRole('main').getByRole('link', { name: 'Users' }).click();
  await expect(page.locator('script')).toHaveCount(0);
  await examine(page, 'users');
  await page.getByRole('link', { name: 'Add User' }).click();
  await examine(page, 'user-new');

  await page.getByLabel('Name', { exact: true }).fill('Nora North');
  await page.getByLabel('E-mail').fill('not an address');
  await page.getByLabel('Role').selectOption({ label: 'Publisher' });
  await page.getByRole('button', { name: 'Add User' }).click();
  await expect(page.getByRole('alert')).toContainText('2 fields need another look');
  await examine(page, 'user-refused');
  await page.getByRole('link', { name: 'E-mail' }).click();
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Nora North');
  await page.getByLabel('E-mail').fill('nora@northleads.example');
  await page.getByLabel('Find publishers').fill('north');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('E-mail')).toHaveValue('nora@northleads.example');
  await page.getByRole('checkbox', { name: northLeads.name }).check();
  await page.getByRole('button', { name: 'Add User' }).click();
  await expect(page.getByRole('heading', { name: 'Nora North is added' })).toBeVisible();
  await examine(page, 'user-link');
  const link = await secret(page);
  expect(link).toContain(`${leadbell.url}/reset/`);
  await page.getByRole('link', { name: 'Done' }).click();
  await expect(page.getByText('Invited')).toBeVisible();
  expect(await page.content()).not.toContain('/reset/');

  const desk = await another(browser, leadbell);
  const nora = await desk.newPage();
  await nora.goto(link);
  await examine(nora, 'reset');
  await nora.getByLabel('New password', { exact: true }).fill(NEW);
  await nora.getByLabel('New password again').fill('something else');
  await nora.getByRole('button', { name: 'Set Password' }).click();
  await expect(nora.getByRole('alert')).toContainText('not the same');
  await nora.getByLabel('New password', { exact: true }).fill(NEW);
  await nora.getByLabel('New password again').fill(NEW);
  await nora.getByRole('button', { name: 'Set Password' }).click();
  await expect(nora).toHaveURL(/\/login$/);
  await expect(nora.getByRole('status')).toContainText('Your password is set');
  await nora.getByLabel('E-mail').fill('nora@northleads.example');
  await nora.getByLabel('Password').fill(NEW);
  await nora.getByRole('button', { name: 'Log in' }).click();
  await nora.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My tracking' }).click();
  await expect(nora).toHaveURL(/\/profile\/tracking$/);
  await expect(nora.getByRole('heading', { name: northLeads.name })).toBeVisible();
  expect((await nora.goto('/users'))?.status()).toBe(404);

  // The link has done its work.
  expect((await nora.goto(link))?.status()).toBe(404);
  await expect(nora.getByRole('heading', { name: "This link can't be used" })).toBeVisible();
  await examine(nora, 'reset-used');
  await desk.close();

  await menu(page, 'System').click();
  await page.getByRole('main').getByRole('link', { name: 'Audit log' }).click();
  await expect(row(page, 'User added')).toContainText('Nora North');
  await expect(row(page, 'Password reset')).toContainText('Nora North');
});

test('whoever is disabled is out at once, and back when enabled', async ({ page, browser, leadbell, health }) => {
  health.forgive(/422/);
  const desk = await another(browser, leadbell);
  const pat = await desk.newPage();
  await logIn(pat, people.publisherAgent);
  await logIn(page, people.admin);
  await page.goto('/users?q=pat');
  await page.getByRole('link', { name: 'Pat Silva' }).click();
  await expect(page.getByRole('checkbox', { name: blueTraffic.name })).toBeChecked();
  await examine(page, 'user');
  await page.getByText('Disable…').click();
  await page.getByRole('button', { name: 'Disable Pat Silva' }).click();
  await expect(page.getByRole('status')).toContainText('logged out everywhere');
  await pat.goto('/publishers');
  await expect(pat).toHaveURL(/\/login\?next=/);
  await pat.getByLabel('E-mail').fill(people.publisherAgent);
  await pat.getByLabel('Password').fill(PASSWORD);
  await pat.getByRole('button', { name: 'Log in' }).click();
  await expect(pat.getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Enable' }).click();
  await pat.getByLabel('Password').fill(PASSWORD);
  await pat.getByRole('button', { name: 'Log in' }).click();
  await expect(pat).toHaveURL(/\/publishers$/);
  await desk.close();
});

test('one sees where one is logged in, ends that, and changes name and password', async ({
  page,
  browser,
  leadbell,
  health,
}) => {
  health.forgive(/422/);
  const desk = await another(browser, leadbell);
  const other = await desk.newPage();
  await logIn(other, people.buyerAgent);
  await logIn(page, people.buyerAgent);
  await page.getByRole('link', { name: /^Bo/ }).click();
  await expect(page).toHaveURL(/\/account$/);
  await expect(page.getByRole('row')).toHaveCount(3);
  await expect(row(page, 'this one')).toHaveCount(1);
  await examine(page, 'account');

  await page.getByLabel('Name', { exact: true }).fill('Bo the Agent');
  await page.getByRole('button', { name: 'Save Name' }).click();
  await expect(page.getByRole('banner').getByText('Bo the Agent')).toBeVisible();
  await page.getByRole('button', { name: 'End all others' }).click();
  await expect(page.getByRole('status')).toContainText('One other login has ended');
  await other.goto('/account');
  await expect(other).toHaveURL(/\/login/);
  await desk.close();

  await page.getByLabel('Present password').fill('wrong');
  await page.getByLabel('New password', { exact: true }).fill(NEW);
  await page.getByLabel('New password again').fill(NEW);
  await page.getByRole('button', { name: 'Change Password' }).click();
  await expect(page.getByRole('alert')).toContainText('not your present password');
  await examine(page, 'account-refused');
  await page.getByLabel('Present password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill(NEW);
  await page.getByLabel('New password again').fill(NEW);
  await page.getByRole('button', { name: 'Change Password' }).click();
  await expect(page.getByRole('status')).toContainText('Your password is changed');
});

test('a key is shown once and works until it is revoked', async ({ page, request, leadbell }) => {
  await logIn(page, people.admin);
  await page.goto('/users/keys');
  await examine(page, 'keys');
  await page.getByLabel('Name', { exact: true }).fill('Reports');
  await page.getByRole('checkbox', { name: 'Read everything' }).check();
  await page.getByRole('button', { name: 'Make Key' }).click();
  await examine(page, 'key-made');
  const key = await secret(page);
  const status = async () => {
    const headers = { Authorization: `Bearer ${key}` };
    return (await request.get(`${leadbell.url}/api/v1/rules`, { headers })).status();
  };
  expect(await status()).toBe(200);
  await page.getByRole('link', { name: 'Done' }).click();
  expect(await page.content()).not.toContain(key);
  await page.getByText('Revoke “Reports”…').click();
  await page.getByRole('button', { name: 'Revoke “Reports” now' }).click();
  await expect(page.getByRole('status')).toContainText('is revoked');
  expect(await status()).toBe(401);
});

test('the audit log is searched and leads to what it tells of', async ({ page, health }) => {
  health.forgive(/404/);
  await logIn(page, people.admin);
  await page.goto('/audit');
  await examine(page, 'audit');
  await page.getByLabel('Action').selectOption({ label: 'Rule added' });
  await page.getByRole('searchbox', { name: 'Search the audit log' }).fill('lead sold');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/action=rule\.created/);
  const first = page.getByRole('row').filter({ hasText: `Product ${debtRelief.id}` }).first();
  if ((await first.count()) > 0) {
    await first.getByRole('link', { name: /^Rule/ }).click();
    await expect(page).toHaveURL(new RegExp(`/products/${debtRelief.id}/tracking/`));
    await page.goto('/audit');
  }
  await page.getByLabel('To', { exact: true }).fill('2000-01-01');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('Nothing found')).toBeVisible();
  await examine(page, 'audit-found-none');
});
