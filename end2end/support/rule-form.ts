// The Add Rule pop-up and the list behind it, by the names people read.
import { expect, type Locator, type Page } from '@playwright/test';
import { debtRelief } from './demo.ts';

/** The list of rules on a Tracking tab. */
export class RuleList {
  readonly table: Locator;
  readonly rows: Locator;

  constructor(readonly page: Page) {
    this.table = page.getByRole('table', { name: 'Tracking rules' });
    this.rows = this.table.getByRole('rowgroup').last().getByRole('row');
  }

  /** The row that holds this text. */
  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text });
  }

  /** The cell of a row under a heading. */
  async cell(row: Locator, heading: string): Promise<Locator> {
    const headings = await this.table.getByRole('columnheader').allTextContents();
    const at = headings.indexOf(heading);
    expect(at, `no column ${heading} in ${headings.join(', ')}`).toBeGreaterThanOrEqual(0);
    return row.getByRole('cell').nth(at);
  }

  async addRule(): Promise<RuleForm> {
    await this.page.getByRole('button', { name: 'Add Rule' }).first().click();
    const form = new RuleForm(this.page);
    await expect(form.dialog).toBeVisible();
    return form;
  }

  async edit(row: Locator): Promise<RuleForm> {
    await row.getByRole('button', { name: /^Edit/ }).click();
    const form = new RuleForm(this.page);
    await expect(form.field('Message Text')).toBeVisible();
    return form;
  }
}

/** The pop-up. */
export class RuleForm {
  readonly dialog: Locator;
  readonly saveButton: Locator;
  readonly nextButton: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole('dialog', { name: /^(Add|Edit) Rule/ });
    this.saveButton = this.dialog.getByRole('button', { name: 'Save Rule' });
    this.nextButton = this.dialog.getByRole('button', { name: 'Next' });
  }

  /** A field by its label. */
  field(label: string): Locator {
    return this.dialog.getByLabel(label, { exact: true });
  }

  trigger(label: string): Locator {
    return this.dialog.getByRole('radio', { name: label, exact: true });
  }

  /** Step 1. */
  async start(trigger: string): Promise<void> {
    await this.trigger(trigger).check();
    await expect(this.dialog.getByRole('radio', { name: 'Send Slack Message' })).toBeChecked();
    await this.nextButton.click();
    await expect(this.field('Message Text')).toBeVisible();
  }

  /** Finds a filter's value by typing a part of its name, and chooses it. */
  async pick(filter: string, name: string): Promise<void> {
    const field = this.field(filter);
    await field.fill(name.slice(0, 4));
    await this.dialog.getByRole('option', { name }).first().click();
    await expect(this.dialog.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    await field.press('Escape');
  }

  /** What the open list of a filter offers. */
  get offered(): Locator {
    return this.dialog.getByRole('listbox', { name: 'Matches' }).getByRole('option');
  }

  async price(operator: string, values: { value?: string; min?: string; max?: string }): Promise<void> {
    await this.field('Price Restrictions').selectOption({ label: operator });
    if (values.value !== undefined) await this.field('Price Restriction Value').fill(values.value);
    if (values.min !== undefined) await this.field('Min Price').fill(values.min);
    if (values.max !== undefined) await this.field('Max Price').fill(values.max);
  }

  async toChannel(channel: string): Promise<void> {
    await this.dialog.getByLabel('Send a message to the channel').check();
    await this.field('Slack Channel ID').fill(channel);
  }

  async toMember(member: string): Promise<void> {
    await this.dialog.getByLabel('Send a message to the user').check();
    await this.field('Slack Member ID').fill(member);
  }

  /** Saves, and expects to be back at the list. */
  async save(): Promise<void> {
    await this.saveButton.click();
    await expect(this.dialog).toBeHidden();
    await expect(this.page.getByRole('status').filter({ hasText: 'is saved' })).toBeVisible();
  }

  /** Saves, and expects complaints: each at its field, and nothing typed lost. */
  async refused(complaints: Record<string, RegExp>): Promise<void> {
    await this.saveButton.click();
    for (const [label, complaint] of Object.entries(complaints)) {
      const field = this.field(label);
      await expect(field, `${label} is marked`).toHaveAttribute('aria-invalid', 'true');
      await expect(field, `${label} says what is wrong`).toHaveAccessibleDescription(complaint);
      await expect(this.dialog.getByRole('alert'), 'the list at the top').toContainText(label);
    }
    await expect(this.dialog).toBeVisible();
  }
}

/** Opens the Tracking tab of a product, campaign or publisher. */
export async function openTracking(page: Page, of = `products/${debtRelief.id}`): Promise<RuleList> {
  await page.goto(`/${of}/tracking`);
  await expect(page.getByRole('button', { name: 'Add Rule' }).first()).toBeVisible();
  return new RuleList(page);
}
