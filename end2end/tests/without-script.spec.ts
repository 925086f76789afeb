// The whole job with scripts switched off: plain links and forms.
import { channels, members, PASSWORD, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { RuleForm, RuleList } from '../support/rule-form.ts';

test.use({ javaScriptEnabled: false });

// What the browser says of scripts that it was told not to run.
test.beforeEach(({ health }) => health.forgive(/\.js: csp$|preloaded using link preload/));

test('list, add, see errors, edit, disable, enable and delete', async ({ page, rest, sandbox, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.getByRole('link', { name: 'Products' }).click();
  await page.getByRole('searchbox', { name: 'Search products' }).fill('debt');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: 'Debt Relief', exact: true }).click();
  await page.getByRole('link', { name: 'Tracking', exact: true }).click();
  const list = new RuleList(page);

  await page.getByRole('button', { name: 'Add Rule' }).first().click();
  const form = new RuleForm(page);
  await form.nextButton.click();
  await expect(form.dialog.getByRole('alert')).toContainText('Choose the event that triggers the action.');
  await form.trigger('[LMS] Lead Sold').check();
  await form.nextButton.click();
  await expect(form.dialog.getByRole('heading', { name: 'Trigger Settings' })).toBeVisible();
  await form.field('Add Publisher').selectOption({ label: 'Blue Traffic (1044)' });
  await form.price('Price range inclusive', { min: '50', max: '10' });
  await expect(form.field('Price Restriction Value')).toBeHidden();
  await form.toMember(channels.sales);
  await expect(form.field('Slack Channel ID')).toBeHidden();
  await form.field('Message Text').fill('Plain {{leed_id}}');
  await form.field('Name').fill('No script');

  await test.step('errors stand at their fields, and nothing typed is lost', async () => {
    await form.refused({
      'Min Price': /./,
      'Slack Member ID': /This is a channel's ID/,
      'Message Text': /Did you mean/,
    });
    await expect(form.field('Min Price')).toHaveValue('50');
    await expect(form.field('Slack Member ID')).toHaveValue(channels.sales);
    await expect(form.field('Message Text')).toHaveValue('Plain {{leed_id}}');
    await expect(form.field('Name')).toHaveValue('No script');
    await expect(form.field('Blue Traffic')).toBeChecked();
  });

  await form.price('Price range inclusive', { min: '10', max: '50' });
  await form.toMember(members.ann);
  await form.field('Auth Token').fill(tokens.bot);
  await form.field('Message Text').fill('Plain {{lead_id}}');

  await test.step('a step back and forth keeps all but the token, which no page ever holds', async () => {
    await form.dialog.getByRole('button', { name: 'Back' }).click();
    await expect(form.trigger('[LMS] Lead Sold')).toBeChecked();
    expect(await page.content()).not.toContain(tokens.bot);
    await form.nextButton.click();
    await expect(form.field('Message Text')).toHaveValue('Plain {{lead_id}}');
    await expect(form.field('Slack Member ID')).toHaveValue(members.ann);
    await expect(form.field('Blue Traffic')).toBeChecked();
  });

  await form.field('Auth Token').fill(tokens.bot);
  await form.saveButton.click();
  await expect(page).toHaveURL(/\/products\/218\/tracking$/);
  await expect(page.getByRole('status').filter({ hasText: 'is saved' })).toBeVisible();
  const row = list.row('Plain');
  await expect(await list.cell(row, 'Trigger Settings')).toContainText('Publisher is Blue Traffic');
  await expect(await list.cell(row, 'Trigger Settings')).toContainText('Price 10.00 – 50.00');
  await rest.post(leadSold(31));
  await expect.poll(async () => (await sandbox.messages()).map(({ text }) => text)).toEqual(['Plain 31']);

  await row.getByRole('button', { name: /^Edit/ }).click();
  await expect(form.field('Slack Member ID')).toHaveValue(members.ann);
  await form.field('Message Text').fill('Edited {{lead_id}}');
  await form.saveButton.click();
  await expect(page.getByRole('status').filter({ hasText: 'is saved' })).toBeVisible();

  const edited = list.row('Edited');
  await edited.getByRole('button', { name: /^Disable/ }).click();
  await expect(await list.cell(edited, 'Status')).toHaveText('Disabled');
  await edited.getByRole('button', { name: /^Enable/ }).click();
  await expect(await list.cell(edited, 'Status')).toHaveText('Active');
  await edited.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('dialog', { name: 'Delete this rule?' }).getByRole('button', { name: 'Delete Rule' }).click();
  await expect(page.getByText('No rules yet')).toBeVisible();
});

test('a session that ends in the middle: log in, and the rule is saved as written', async ({
  page,
  context,
  rest,
  health,
}) => {
  health.forgive(/401|422/);
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking/new?step=2&trigger=lms.lead_sold');
  const form = new RuleForm(page);
  await form.field('Add Publisher').selectOption({ label: 'Blue Traffic (1044)' });
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('Line 1 & <b>\nLine 2');
  await context.clearCookies();
  await form.saveButton.click();
  await expect(page.getByText('Your session has ended')).toBeVisible();
  await page.getByLabel('E-mail').fill(people.admin);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'is saved' })).toBeVisible();
  expect(await rest.rules('product', '218')).toMatchObject([
    { filters: { publisher: { any_of: ['1044'] } }, action: { text: 'Line 1 & <b>\nLine 2' } },
  ]);
});

test('a publisher keeps his rules without scripts, too', async ({ page, rest }) => {
  await logIn(page, people.publisher);
  await page.goto('/profile/tracking');
  await page.getByRole('button', { name: 'Add Rule' }).first().click();
  const form = new RuleForm(page);
  await form.trigger('[LMS] Lead Rejected').check();
  await form.nextButton.click();
  await form.field('Auth Token').fill(tokens.bot);
  await form.toChannel(channels.blue);
  await form.field('Message Text').fill('Rejected: {{reject_code}}');
  await form.saveButton.click();
  await expect(page).toHaveURL(/\/profile\/tracking$/);
  await expect(new RuleList(page).row('Rejected:')).toHaveCount(1);
  expect(await rest.rules('publisher', '1044')).toHaveLength(2);
});
