// Bad input in the form: a clear message at its field, and nothing typed is lost, also when the server refuses.
import type { Page } from '@playwright/test';
import { channels, members, people, tokens } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking, type RuleForm } from '../support/rule-form.ts';

const TEXT = 'Lead {{lead_id}} & <more>\nsecond line';

/** A form at its second step with something valid in every field. */
async function filled(page: Page, trigger = '[LMS] Lead Sold'): Promise<RuleForm> {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start(trigger);
  await form.pick('Publisher', 'Blue Traffic');
  await form.price('Price range inclusive', { min: '10', max: '50' });
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill(TEXT);
  await form.field('Name').fill('Keep me');
  return form;
}

async function keepsEverything(form: RuleForm): Promise<void> {
  await expect(form.dialog.getByRole('button', { name: 'Remove Blue Traffic' })).toBeVisible();
  await expect(form.field('Price Restrictions')).toHaveValue('between');
  await expect(form.field('Name')).toHaveValue('Keep me');
}

test('next without a trigger says so', async ({ page }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.nextButton.click();
  await expect(form.dialog.getByRole('alert')).toContainText('Choose the event that triggers the action.');
  await expect(form.trigger('[LMS] Lead Sold')).toBeFocused();
});

test('an empty form names every field that is needed', async ({ page }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.field('Saved connection').selectOption({ value: '' });
  await form.refused({
    'Auth Token': /Paste the token of your Slack app/,
    'Slack Channel ID': /Enter the channel's ID/,
    'Message Text': /./,
  });
  await expect(form.field('Auth Token')).toBeFocused();
  // The list at the top leads to the fields.
  await form.dialog.getByRole('alert').getByRole('link', { name: 'Slack Channel ID' }).click();
  await expect(form.field('Slack Channel ID')).toBeFocused();
});

const cases: { name: string; spoil: (form: RuleForm) => Promise<void>; complaints: Record<string, RegExp> }[] = [
  {
    name: 'a token of the wrong shape',
    spoil: (form) => form.field('Auth Token').fill('my-slack-token'),
    complaints: { 'Auth Token': /begins with xoxb- \(bot\) or xoxp- \(user\)/ },
  },
  {
    name: 'a webhook address instead of a token',
    spoil: (form) => form.field('Auth Token').fill('https://hooks.slack.com/services/T0/B0/x'),
    complaints: { 'Auth Token': /This is a web address/ },
  },
  {
    name: 'a channel ID in the member field',
    spoil: (form) => form.toMember(channels.sales),
    complaints: { 'Slack Member ID': /This is a channel's ID/ },
  },
  {
    name: 'a member ID in the channel field',
    spoil: (form) => form.toChannel(members.ben),
    complaints: { 'Slack Channel ID': /This is a member's ID/ },
  },
  {
    name: 'an unknown placeholder',
    spoil: (form) => form.field('Message Text').fill('Lead {{leed_id}}'),
    complaints: { 'Message Text': /There is no placeholder \{\{leed_id\}\}\. Did you mean \{\{lead_id\}\}\?/ },
  },
  {
    name: 'a minimum above the maximum',
    spoil: (form) => form.price('Price range inclusive', { min: '60', max: '50' }),
    complaints: { 'Min Price': /./ },
  },
  {
    name: 'a negative price',
    spoil: (form) => form.price('Price range inclusive', { min: '-5', max: '50' }),
    complaints: { 'Min Price': /./ },
  },
  {
    name: 'a price that is no number, and one more complaint',
    spoil: async (form) => {
      await form.price('Price range inclusive', { min: '10', max: 'ten' });
      await form.field('Slack Channel ID').fill('#sales');
    },
    complaints: { 'Max Price': /./, 'Slack Channel ID': /not its name/ },
  },
  {
    name: 'an empty message',
    spoil: (form) => form.field('Message Text').fill('  '),
    complaints: { 'Message Text': /./ },
  },
];

for (const { name, spoil, complaints } of cases) {
  test(`${name} is told at its field`, async ({ page, rest }) => {
    const form = await filled(page);
    await spoil(form);
    await form.refused(complaints);
    await expect(form.field(Object.keys(complaints)[0] ?? '')).toBeFocused();
    if (!('Message Text' in complaints)) await expect(form.field('Message Text')).toHaveValue(TEXT);
    await keepsEverything(form);
    expect(await rest.rules('product', '218')).toEqual([]);

    // Put right, it is saved with all that was typed before.
    await form.price('Price range inclusive', { min: '10', max: '50' });
    await form.field('Auth Token').fill('');
    await form.toChannel(channels.sales);
    await form.field('Message Text').fill(TEXT);
    await form.save();
    expect(await rest.rules('product', '218')).toMatchObject([
      {
        name: 'Keep me',
        filters: { publisher: { any_of: ['1044'] }, price: { op: 'between', min: '10.00', max: '50.00' } },
        action: { text: TEXT, target: { channel_id: channels.sales } },
      },
    ]);
  });
}

test('a message of 1 MB is refused at its field, and stays', async ({ page }) => {
  const form = await filled(page);
  const long = 'x'.repeat(1_000_000);
  await form.field('Message Text').fill(long);
  await form.refused({ 'Message Text': /4,000|4000/ });
  expect(await form.field('Message Text').inputValue()).toHaveLength(long.length);
  await keepsEverything(form);
});

test('a token that Slack has revoked is refused by the server at its field', async ({ page, rest, health }) => {
  health.forgive(/422/);
  const form = await filled(page);
  await form.field('Auth Token').fill(tokens.revoked);
  await form.refused({ 'Auth Token': /Slack does not accept this token \(token_revoked\)/ });
  await expect(form.field('Message Text')).toHaveValue(TEXT);
  await expect(form.field('Slack Channel ID')).toHaveValue(channels.sales);
  await keepsEverything(form);
  await form.field('Auth Token').fill(tokens.bot);
  await form.save();
  expect(await rest.rules('product', '218')).toHaveLength(1);
});

test('a step back and forth loses nothing', async ({ page }) => {
  const form = await filled(page);
  await form.field('Auth Token').fill(tokens.bot);
  await form.dialog.getByRole('button', { name: 'Back' }).click();
  await expect(form.trigger('[LMS] Lead Sold')).toBeChecked();
  await form.nextButton.click();
  await keepsEverything(form);
  await expect(form.field('Message Text')).toHaveValue(TEXT);
  await expect(form.field('Min Price')).toHaveValue('10');
  await expect(form.field('Slack Channel ID')).toHaveValue(channels.sales);
  await expect(form.field('Auth Token')).toHaveValue(tokens.bot);
});

test('another trigger drops what does not apply to it, and says so', async ({ page }) => {
  const form = await filled(page);
  await form.dialog.getByRole('button', { name: 'Back' }).click();
  await form.start('[LMS] Lead Rejected');
  await expect(form.dialog.getByRole('status').filter({ hasText: 'Price Restrictions does not apply' })).toBeVisible();
  await expect(form.field('Price Restrictions')).toHaveCount(0);
  await expect(form.dialog.getByRole('button', { name: 'Remove Blue Traffic' })).toBeVisible();
  await expect(form.field('Message Text')).toHaveValue(TEXT);
});

test('the range is offered for Lead Sold and Campaign Sold only', async ({ page }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  for (const [trigger, range] of [
    ['[LMS] Lead Sold', true],
    ['[LMS] Campaign Sold', true],
    ['[LMS] Campaign Rejected', false],
    ['[LMS] Revenue Ping Back', false],
  ] as const) {
    const form = await list.addRule();
    await form.start(trigger);
    const operators = await form.field('Price Restrictions').locator('option').allTextContents();
    expect(operators.includes('Price range inclusive'), trigger).toBe(range);
    expect(operators.filter((label) => label.startsWith('Price is'))).toHaveLength(5);
    await form.dialog.getByRole('link', { name: 'Cancel' }).click();
    await expect(form.dialog).toBeHidden();
  }
});

test('a filter takes several values, and only what belongs to a choice follows it', async ({ page }) => {
  const form = await filled(page);
  await form.pick('Publisher', 'North Leads');
  await form.pick('Buyer', 'Acme Lending');
  await form.pick('Pingtree', 'Main US');
  await form.field('Campaign').click();
  await expect(form.offered).toHaveText([/^Acme CA/, /^Acme Loans/, /^Acme National/]);
  await form.field('Channel').click();
  await expect(form.offered).toHaveText([/^Blue FORM/, /^Blue Loans/, /^Blue POST 1/, /^North POST/, /^North Solar/]);
  await form.field('Channel').press('Escape');
  await form.field('Publisher').press('Backspace');
  await expect(form.dialog.getByRole('button', { name: 'Remove North Leads' })).toHaveCount(0);
  await form.field('Channel').click();
  await expect(form.offered).toHaveText([/^Blue FORM/, /^Blue Loans/, /^Blue POST 1/]);
  await form.field('Channel').press('Escape');
  await form.save();
  await expect(page.getByRole('table', { name: 'Tracking rules' })).toContainText('Buyer is Acme Lending');
});
