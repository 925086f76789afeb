// Presets: a template of rules made on a product, a rule made from it, and the rule following a change.
import { channels, debtRelief, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { RuleForm, RuleList } from '../support/rule-form.ts';

const presets = `/products/${debtRelief.id}/presets`;

test('a preset is made, a rule is made from it, and follows its change', async ({ page, rest, sandbox, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto(`/products/${debtRelief.id}`);
  await page.getByRole('link', { name: 'Presets' }).click();
  await expect(page.getByText('No presets yet')).toBeVisible();

  await test.step('make it: the event first, then its settings', async () => {
    await page.getByRole('link', { name: 'New preset' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Large sales');
    await page.getByLabel('Trigger', { exact: true }).selectOption({ label: '[LMS] Lead Sold' });
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Large sales');
    await page.getByLabel('Price Restrictions').selectOption({ label: 'Price is greater than or equal to a certain value' });
    await page.getByLabel('Message Text').fill('Lead {{leed_id}}');
    await page.getByRole('button', { name: 'Save preset' }).click();
    await expect(page.getByRole('alert')).toContainText('Message Text');
    await expect(page.getByRole('alert')).toContainText('Price Restriction Value');
    await page.getByLabel('Price Restriction Value').fill('10');
    await page.getByLabel('Message Text').fill('Large: {{lead_id}}');
    await page.getByRole('button', { name: 'Save preset' }).click();
    await expect(page.getByRole('status')).toContainText('The preset “Large sales” is saved.');
    await expect(page.getByRole('table', { name: 'Presets' })).toContainText('Price is at least 10.00');
  });

  await test.step('a rule made from it says where to', async () => {
    await page.getByRole('link', { name: 'Add a rule from Large sales' }).click();
    await hydrated(page);
    const form = new RuleForm(page);
    await expect(form.trigger('[LMS] Lead Sold')).toBeChecked();
    await form.nextButton.click();
    await expect(form.field('Message Text')).toHaveValue('Large: {{lead_id}}');
    await form.field('Auth Token').fill(tokens.bot);
    await form.toChannel(channels.sales);
    await form.save();
    await rest.post(leadSold(1));
    await sandbox.toHold(channels.sales, ['Large: 1']);
  });

  await test.step('its change is looked at, then applied', async () => {
    await page.goto(presets);
    await page.getByRole('link', { name: 'Large sales', exact: true }).click();
    await page.getByLabel('Message Text').fill('Very large: {{lead_id}}');
    await page.getByRole('button', { name: 'Save preset' }).click();
    await expect(page.getByRole('table', { name: 'Rules that follow the preset' })).toContainText('Very large: {{lead_id}}');
    await page.getByRole('button', { name: 'Apply to 1 rule' }).click();
    await expect(page.getByRole('status')).toContainText('1 rule follows the preset again.');
    await rest.post(leadSold(2));
    await sandbox.toHold(channels.sales, ['Large: 1', 'Very large: 2']);
  });

  await test.step('deleting it says which rules stay', async () => {
    await page.getByRole('link', { name: 'Delete Large sales' }).click();
    await expect(page.getByText('1 rule was made from it')).toBeVisible();
    await page.getByRole('button', { name: 'Delete preset' }).click();
    await expect(page.getByText('No presets yet')).toBeVisible();
    await page.goto(`/products/${debtRelief.id}/tracking`);
    await expect(new RuleList(page).rows).toHaveCount(1);
  });
});

test('support looks at presets and changes none', async ({ page, health }) => {
  health.forgive(/403|404/);
  await logIn(page, people.qa);
  await page.goto(presets);
  await expect(page.getByRole('heading', { name: debtRelief.name })).toBeVisible();
  await expect(page.getByRole('link', { name: 'New preset' })).toHaveCount(0);
  expect((await page.goto(`${presets}/new`))?.status()).toBe(403);
});
