// Logging in, and a session that ends in the middle of the form.
import { channels, PASSWORD, people } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking } from '../support/rule-form.ts';

test('who is not logged in logs in first and arrives where he wanted to go', async ({ page }) => {
  await page.goto('/products/218/tracking?q=sold');
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel('E-mail').fill(people.admin);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page).toHaveURL(/\/products\/218\/tracking\?q=sold$/);
});

test('a wrong password and an unknown person look the same', async ({ page, health }) => {
  health.forgive(/422/);
  const said: string[] = [];
  for (const [email, password] of [
    [people.admin, 'not the password'],
    ['nobody@leadbell.example', PASSWORD],
  ] as const) {
    await page.goto('/login');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    said.push((await page.getByRole('alert').textContent()) ?? '');
    await expect(page.getByLabel('E-mail')).toHaveValue(email);
  }
  expect(said[0]).not.toBe('');
  expect(said[1]).toBe(said[0]);
});

test('the session cookie is out of reach of scripts, and logging out ends the session', async ({ page, context }) => {
  await logIn(page, people.admin);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL(/\/login$/);
  // The cookie of before is worth nothing any more.
  if (cookie) await context.addCookies([cookie]);
  await page.goto('/products');
  await expect(page).toHaveURL(/\/login\?next=/);
});

test('a session that ends in the middle of the form: log in there, and the rule is saved', async ({
  page,
  context,
  rest,
  health,
}) => {
  health.forgive(/401|422/);
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.pick('Publisher', 'Blue Traffic');
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('typed before the session ended');
  await context.clearCookies();
  await form.saveButton.click();

  const login = page.getByRole('dialog', { name: 'Your session has ended' });
  await expect(login).toBeVisible();
  await login.getByLabel('E-mail').fill(people.admin);
  await login.getByLabel('Password').fill('wrong');
  await login.getByRole('button', { name: 'Log in and save' }).click();
  await expect(login.getByRole('alert')).not.toBeEmpty();
  await login.getByLabel('Password').fill(PASSWORD);
  await login.getByRole('button', { name: 'Log in and save' }).click();
  await expect(login).toBeHidden();
  await expect(form.dialog).toBeHidden();
  await expect(list.row('typed before the session ended')).toHaveCount(1);
  expect(await rest.rules('product', '218')).toMatchObject([{ filters: { publisher: { any_of: ['1044'] } } }]);
});

test('a session that ends while the list is open: what is pressed then leads to the login, not to nothing', async ({
  page,
  context,
  rest,
  health,
}) => {
  health.forgive(/401/);
  await rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: 'xoxb-sandbox-leadbell-full-0001', target: { channel_id: channels.sales }, text: 'x' },
  });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  await context.clearCookies();
  await list.rows.first().getByRole('button', { name: /^Disable/ }).click();
  await expect(page.getByText(/session has ended/i)).toBeVisible();
  expect(await rest.rules('product', '218')).toMatchObject([{ status: 'active' }]);
});
