// Connections: a token is pasted once, replaced in one place, and what waited for it goes out in order.
import { channels, debtRelief, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(120_000);

test('a revoked token is told everywhere, replaced in one place, and nothing is lost', async ({ page, rest, sandbox, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Connections' }).click();
  await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible();
  await expect(page.locator('script')).toHaveCount(0);
  await examine(page, 'connections');

  await test.step('a token is pasted, by keyboard', async () => {
    await page.getByRole('link', { name: 'Add a connection' }).first().click();
    const setup = page.getByRole('link', { name: /Create the Slack app/ });
    await expect(setup).toHaveAttribute('href', /^https:\/\/api\.slack\.com\/apps\?new_app=1&manifest_json=%7B/);
    await page.getByLabel('Token', { exact: true }).fill('xapp-1-not-this-one');
    await page.getByLabel('Name', { exact: true }).fill('Lite');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('This is an app-level token');
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Lite');
    await expect(page.getByLabel('Token', { exact: true })).toHaveValue('');
    await examine(page, 'connection-new-refused');
    await page.getByLabel('Token', { exact: true }).fill(tokens.joining);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Lite', level: 1 })).toBeVisible();
    await expect(page.getByText('“Lite” is saved')).toBeVisible();
    await expect(page.getByText('chat:write.public missing')).toBeVisible();
    await examine(page, 'connection-scope-missing');
  });

  const connections = await rest.connections();
  const house = connections.find(({ token }) => token.endsWith('0001'));
  expect(house).toBeDefined();
  await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', connection_id: house?.id, target: { channel_id: channels.sales }, text: 'Lead {{lead_id}}' },
  });
  await sandbox.revoke(tokens.bot);
  await rest.post(leadSold(1));
  await expect.poll(async () => (await rest.connections()).find(({ id }) => id === house?.id)?.status).toBe('broken');
  await rest.post(leadSold(2));

  await test.step('the banner leads to it, from desk pages and from the program', async () => {
    await page.goto(`/products/${debtRelief.id}/tracking`);
    await hydrated(page);
    const banner = page.getByRole('link', { name: /^Messages through .* wait: The token was revoked/ });
    await expect(banner).toBeVisible();
    await page.goto('/products');
    await banner.click();
    await expect(page.getByRole('heading', { name: /^Slack refuses this connection/ })).toBeVisible();
    await expect(page.getByText(/\d+ messages? waits?/).first()).toBeVisible();
    await examine(page, 'connection-broken');
  });

  await page.getByRole('textbox', { name: 'New token' }).fill(tokens.revoked);
  await page.getByRole('button', { name: 'Check and replace' }).click();
  await expect(page.getByRole('alert')).toContainText('Slack does not accept this token (token_revoked)');
  const fresh = 'xoxb-sandbox-leadbell-next-0099';
  await sandbox.allow(fresh);
  await page.getByRole('textbox', { name: 'New token' }).fill(fresh);
  await page.getByRole('button', { name: 'Check and replace' }).click();
  await expect(page.getByText('has its new token')).toBeVisible();
  await expect(page.getByRole('heading', { name: /^Slack refuses this connection/ })).toBeHidden();
  await expect.poll(async () => sandbox.texts(channels.sales), { timeout: 15_000 }).toEqual(['Lead 1', 'Lead 2']);
  expect(await page.content()).not.toContain(fresh);
});

test('what nobody uses is removed after a question; what is used is not', async ({ page, rest, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto('/connections/new');
  await page.getByLabel('Token', { exact: true }).fill(tokens.joining);
  await page.getByRole('button', { name: 'Check and save' }).click();
  await page.getByRole('link', { name: 'Remove this connection…' }).click();
  await expect(page.getByText("can't be undone")).toBeVisible();
  await examine(page, 'connection-remove');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByText('is removed and its token forgotten')).toBeVisible();
  expect((await rest.connections()).some(({ token }) => token.endsWith('0002'))).toBe(false);
});

test('a publisher finds his own connections only', async ({ page, health }) => {
  health.forgive(/404/);
  await logIn(page, people.publisher);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Connections' }).click();
  await expect(page.getByText('No connections yet')).toBeVisible();
  await examine(page, 'connections-none');
});
