// All rules as a file: downloaded, edited, looked at, imported.
import { readFile } from 'node:fs/promises';

import { people } from '../support/demo.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(120_000);

test('an admin downloads all rules, edits one in the file and imports it after a look', async ({ page }) => {
  await logIn(page, people.admin);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'System' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Export & import' }).click();
  await expect(page.getByRole('heading', { name: 'Export rules' })).toBeVisible();
  await examine(page, 'rules-export');
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download as YAML' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('leadbell-rules.yaml');
  const file = await readFile((await download.path())!, 'utf8');
  expect(file).not.toContain('xoxb');

  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Import rules' })).toBeVisible();
  await examine(page, 'rules-import');
  const name = /^  name: (.+)$/m.exec(file)!;
  const edited = file.replace(name[0], `${name[0]} of the file`);
  const buffer = Buffer.from(edited);
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'rules.yaml', mimeType: 'application/yaml', buffer });
  await page.getByRole('button', { name: 'Look at the changes' }).click();
  await expect(page.getByRole('heading', { name: 'What would change' })).toBeVisible();
  await expect(page.getByText('1 changed')).toBeVisible();
  await expect(page.getByText(/^Name: .+ of the file/)).toBeVisible();
  await examine(page, 'rules-import-look');
  await page.getByRole('button', { name: 'Import: add 0, change 1' }).click();
  await expect(page.getByText('The file is imported: 0 new, 1 changed.')).toBeVisible();
});

test('what can not be imported is told rule by rule, and what was pasted stays', async ({ page, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto('/rules/import');
  const pasted = page.getByLabel('…or paste its text');
  await pasted.fill('- name: Lost\n  level: product\n  entity_id: nowhere\n  trigger: lms.lead_sold\n  action: {}\n');
  await page.getByRole('button', { name: 'Look at the changes' }).click();
  await expect(page.getByText('1 that can’t be imported')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'action.connection' }).first()).toBeVisible();
  await expect(pasted).toHaveValue(/name: Lost/);
  await expect(page.getByRole('button', { name: /^Import:/ })).toHaveCount(0);
  await examine(page, 'rules-import-refused');
});
