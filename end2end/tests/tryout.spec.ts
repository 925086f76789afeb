// Trying rules: on one event and on the events of the last days, stored or still in the form.
import { type Page } from '@playwright/test';
import { blueTraffic, channels, northLeads, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';
import { openTracking } from '../support/rule-form.ts';

const rule = {
  level: 'product',
  entity_id: '218',
  trigger: 'lms.lead_sold',
  status: 'disabled',
  filters: { price: { op: 'gte', value: '40' } },
  action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: '*Lead* {{lead_id}} for {{price}}' },
};

/** Waits for the page to say what came out; it loads itself again until then. */
async function outcome(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'What would have happened' })).toBeVisible({ timeout: 20_000 });
}

test('an account manager tries a stored rule on an event that happened, and finds the run again', async ({ page, rest }) => {
  await rest.addRule(rule);
  await rest.post(leadSold(7001));
  await logIn(page, people.admin);
  const list = await openTracking(page);
  const row = list.row('*Lead* {{lead_id}}');
  await row.getByLabel(/^More about rule/).click();
  await row.getByRole('link', { name: /^Test Run of rule/ }).click();
  await page.getByLabel('One of the last events').check();
  await page.getByLabel('Event', { exact: true }).selectOption({ index: 0 });
  await page.getByLabel('price', { exact: true }).fill('39.99');
  await page.getByRole('button', { name: 'Run the test' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'it would not fire' })).toBeVisible();
  await expect(page.getByRole('row', { name: /Price is at least 40.00 39.99 Stopped it/ })).toBeVisible();
  await expect(page.locator('.slack')).toContainText('for 39.99');
  await expect(page.getByLabel('price', { exact: true })).toHaveValue('39.99');
  await examine(page, 'test-run');
});

test('a test run is kept, with what was typed and what came of it', async ({ page, rest, sandbox }) => {
  const { id } = await rest.addRule(rule);
  await logIn(page, people.admin);
  await page.goto(`/products/218/tracking/${id}/test`);
  await page.getByLabel('price', { exact: true }).fill('39.99');
  await page.getByRole('button', { name: 'Run the test' }).click();
  await page.getByRole('link', { name: 'Kept under Test Runs' }).click();
  await expect(page.getByText('Values typed')).toBeVisible();
  await examine(page, 'test-run-kept');
  await page.goto('/log/test-runs?fires=no');
  await expect(page.getByRole('table', { name: 'Test runs' }).getByRole('row')).toHaveCount(2);
  await examine(page, 'test-runs');
  expect(await sandbox.texts(channels.sales)).toEqual([]);
});

test('a test message is sent when that is wished, and says TEST', async ({ page, rest, sandbox }) => {
  const { id } = await rest.addRule(rule);
  await logIn(page, people.admin);
  await page.goto(`/products/218/tracking/${id}/test`);
  await page.getByLabel('lead_id').fill('L-9');
  await page.getByLabel(/^Really send it/).check();
  await page.getByRole('button', { name: 'Run the test' }).click();
  await expect(page.getByText('Slack has posted it')).toBeVisible();
  const [text] = await sandbox.texts(channels.sales);
  expect(text).toContain('*TEST* *Lead* L-9');
});

test('a rule in its form is tried before it is saved, and nothing typed is lost', async ({ page }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.pick('Publisher', blueTraffic.name);
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('Lead {{lead_id}} of {{publisher_name}}');
  await form.dialog.getByRole('button', { name: 'Test Run' }).click();
  await expect(page.getByRole('heading', { name: 'The new rule as it stands in the form' })).toBeVisible();
  await page.getByLabel('publisher_id').fill(northLeads.id);
  await page.getByRole('button', { name: 'Run the test' }).click();
  await expect(page.getByRole('row', { name: new RegExp(`Publisher is ${blueTraffic.name} ${northLeads.id} Stopped it`) })).toBeVisible();
  await examine(page, 'test-run-draft');
  await page.getByRole('button', { name: 'Go on editing' }).click();
  await hydrated(page);
  await expect(form.field('Message Text')).toHaveValue('Lead {{lead_id}} of {{publisher_name}}');
  await expect(form.dialog.getByRole('button', { name: `Remove ${blueTraffic.name}` })).toBeVisible();
  await form.save();
});

test('a backtest shows a flood, the filter is changed, and the next one is calm', async ({ page, rest }) => {
  const { id } = await rest.addRule({ ...rule, filters: {} });
  await rest.postAll(Array.from({ length: 1_200 }, (_, lead) => leadSold(8_000 + lead)));
  await logIn(page, people.admin);
  await page.goto(`/products/218/tracking/${id}/backtest`);
  await examine(page, 'backtest-start');
  await page.getByLabel('1 day').check();
  await page.getByRole('button', { name: 'Run the backtest' }).click();
  await outcome(page);
  await expect(page.getByText(/^1,2\d\d of 1,2\d\d events would have made it fire/)).toBeVisible();
  await expect(page.getByText(/^Advised: narrow the filters/)).toBeVisible();
  await expect(page.locator('.slack')).toHaveCount(3);
  await examine(page, 'backtest');
  await page.getByRole('link', { name: 'Edit this rule' }).click();
  await hydrated(page);
  const dialog = page.getByRole('dialog', { name: /^Edit Rule/ });
  await dialog.getByLabel('Price Restrictions').selectOption('gt');
  await dialog.getByLabel('Price Restriction Value').fill('100000');
  await dialog.getByRole('button', { name: 'Save Rule' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'is saved' })).toBeVisible();
  await page.goto(`/products/218/tracking/${id}/backtest`);
  await page.getByLabel('1 day').check();
  await page.getByRole('button', { name: 'Run the backtest' }).click();
  await outcome(page);
  await expect(page.getByText('It would not have fired.')).toBeVisible();
});

test('a rule that would flood is saved only when that is meant, and nothing typed is lost', async ({ page, rest, health }) => {
  // A save that is refused until the question is answered.
  health.forgive(/409/);
  await rest.postAll(Array.from({ length: 1_200 }, (_, lead) => leadSold(9_000 + lead)));
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.field('Auth Token').fill(tokens.bot);
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('Each {{lead_id}}');
  await form.dialog.getByRole('button', { name: 'Save Rule' }).click();
  await expect(page.getByRole('heading', { name: 'This rule would flood' })).toBeVisible();
  await expect(page.getByText(/about 1,[23]00 messages in the last 24 hours/)).toBeVisible();
  await examine(page, 'flood');
  await page.getByRole('button', { name: 'Go on editing' }).click();
  await hydrated(page);
  await expect(form.field('Message Text')).toHaveValue('Each {{lead_id}}');
  await form.dialog.getByRole('button', { name: 'Save Rule' }).click();
  await page.getByRole('button', { name: 'Try it on past events…' }).click();
  await expect(page.getByRole('heading', { name: 'The new rule as it stands in the form' })).toBeVisible();
  await page.getByRole('button', { name: 'Go on editing' }).click();
  await hydrated(page);
  await form.dialog.getByRole('button', { name: 'Save Rule' }).click();
  await page.getByRole('button', { name: 'Save it all the same' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'is saved' })).toBeVisible();
  await expect(list.row('Each {{lead_id}}')).toBeVisible();
});

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('a publisher tries his own rule in its form, tests it over the last week, and sees nothing else', async ({ page, rest, health }) => {
    // What the browser says of scripts that it was told not to run, and the refusal that is meant.
    health.forgive(/422|\.js: csp$|preloaded using link preload/);
    await rest.post(leadSold(9001, { publisher: blueTraffic }));
    await rest.post({ ...leadSold(9002), publisher: northLeads });
    await logIn(page, people.publisher);
    await page.goto('/profile/tracking/new?step=2&trigger=lms.lead_sold');
    await page.getByLabel('Auth Token').first().fill(tokens.bot);
    await page.getByLabel('Slack Channel ID').fill(channels.blue);
    await page.getByLabel('Message Text').fill('Earned {{price}} with {{lead_id}}');
    await page.getByRole('button', { name: 'Test Run' }).click();
    await expect(page.getByRole('heading', { name: 'The new rule as it stands in the form' })).toBeVisible();
    await expect(page.getByLabel('Event', { exact: true })).toContainText('9001');
    await expect(page.getByLabel('Event', { exact: true })).not.toContainText('9002');
    await page.getByLabel('An event as JSON, pasted below').check();
    await page.getByLabel('Event as JSON', { exact: true }).fill(JSON.stringify({ ...leadSold(9003), publisher: northLeads }));
    await page.getByRole('button', { name: 'Run the test' }).click();
    await expect(page.getByRole('alert')).toContainText('It must be an event of this publisher, 1044.');
    await page.getByRole('button', { name: 'Run the backtest' }).click();
    await expect(page.getByRole('heading', { name: 'Backtest of the new rule in its form' })).toBeVisible();
    await outcome(page);
    await expect(page.locator('body')).not.toContainText(northLeads.name);
    await page.getByRole('button', { name: 'Go on editing' }).click();
    await expect(page.getByLabel('Message Text')).toHaveValue('Earned {{price}} with {{lead_id}}');
    await page.getByRole('button', { name: 'Save Rule' }).click();
    await expect(page.getByText(/is saved/)).toBeVisible();
  });
});
