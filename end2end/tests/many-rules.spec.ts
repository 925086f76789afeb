// Copying rules, doing the same to many, and rules that fire together.
import { blueTraffic, channels, debtRelief, lifeInsurance, people, tokens } from '../support/demo.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { openTracking, RuleList } from '../support/rule-form.ts';

const rule = (text: string, filters: Record<string, unknown> = {}) => ({
  level: 'product',
  entity_id: debtRelief.id,
  trigger: 'lms.lead_sold',
  filters,
  action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text },
});

test('a rule is copied to several places, and what does not fit is said before', async ({ page, rest }) => {
  const made = await rest.addRule(rule('Sold {{lead_id}}'));
  await logIn(page, people.admin);
  await page.goto(`/products/${debtRelief.id}/tracking/${made.id}/copy`);
  const places = page.getByRole('table', { name: 'Where to copy to' });
  await expect(places.getByRole('row').filter({ hasText: 'Auto Insurance Calls' })).toContainText('belongs to Call Logic');
  await places.getByLabel(`Product ${lifeInsurance.name}`).check();

  await page.getByLabel('Where to look').selectOption({ label: 'Publishers' });
  await page.getByRole('searchbox').fill(blueTraffic.name);
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(places.getByLabel(`Product ${lifeInsurance.name}`)).toBeChecked();
  await places.getByLabel(`Publisher ${blueTraffic.name}`).check();
  await page.getByRole('button', { name: `Copy rule ${made.number}` }).click();

  await expect(page.getByRole('status')).toContainText('2 copies are made.');
  const copies = page.getByRole('table', { name: 'Copies' });
  await expect(copies).toContainText(blueTraffic.name);
  await expect(copies.getByText('Disabled')).toHaveCount(2);
  expect((await rest.rules('product', lifeInsurance.id)).map((copy) => copy.action.text)).toContain('Sold {{lead_id}}');
});

test('many rules are disabled at once', async ({ page, rest }) => {
  await rest.addRule(rule('One {{lead_id}}'));
  await rest.addRule(rule('Two {{lead_id}}'));
  await logIn(page, people.admin);
  await openTracking(page);
  for (const box of await page.getByRole('checkbox', { name: /^Select rule/ }).all()) await box.check();
  await page.getByRole('group', { name: 'Do with the selected rules' }).getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText('2 rules are disabled.')).toBeVisible();
  expect((await rest.rules('product', debtRelief.id)).map((one) => one.status)).toEqual(['disabled', 'disabled']);
});

test('rules that fire together are counted, listed with the reason, and doubles are pointed out', async ({ page, rest }) => {
  const first = await rest.addRule(rule('Sold {{lead_id}}', { publisher: { any_of: [blueTraffic.id] } }));
  await rest.addRule(rule('Sold {{lead_id}}'));
  await rest.addRule(rule('Elsewhere', { publisher: { none_of: [blueTraffic.id] } }));
  await logIn(page, people.admin);
  const list = await openTracking(page);
  const row = list.row(/Publisher is Blue Traffic/);
  await expect(await list.cell(row, 'Adjacent Rules')).toContainText('1');
  await page.goto(`/products/${debtRelief.id}/tracking/${first.id}/adjacent`);
  const adjacent = page.getByRole('table', { name: 'Adjacent rules' });
  await expect(adjacent.getByRole('row')).toHaveCount(2);
  await expect(adjacent).toContainText('Posts the same message to the same place');
  await expect(adjacent).toContainText('Publisher is Blue Traffic');
});

test('a publisher copies and switches his own rules and is told nothing of others', async ({ page, rest, health }) => {
  health.forgive(/404/);
  const own = await rest.addRule({ ...rule('Own {{lead_id}}'), level: 'publisher', entity_id: blueTraffic.id });
  await logIn(page, people.publisher);
  await page.goto(`/profile/tracking/${own.id}/copy`);
  await page.getByLabel(`Publisher ${blueTraffic.name} (here)`).check();
  await page.getByRole('button', { name: /^Copy rule/ }).click();
  await expect(page.getByRole('status')).toContainText('The rule is copied.');
  await page.getByRole('link', { name: 'Back to the rules' }).click();
  // The demo's own rule of this publisher, the new one, and its copy.
  await expect(new RuleList(page).rows).toHaveCount(3);
  expect((await page.goto(`/publishers/${blueTraffic.id}/tracking/${own.id}/adjacent`))?.status()).toBe(404);
});
