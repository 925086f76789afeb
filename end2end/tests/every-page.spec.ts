// Every page that a person can reach from where he begins: accessible, whole on a phone, in light and dark.
import { everyPage } from '../support/crawl.ts';
import { people } from '../support/demo.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

// Some dozens of pages, each in eight shapes.
test.setTimeout(900_000);

for (const who of ['admin', 'lmsAdmin', 'publisher', 'publisherAgent', 'buyerAgent', 'qa'] as const) {
  test(`every page of the ${who} is accessible and fits a phone`, async ({ page }) => {
    await logIn(page, people[who]);
    const visited = await everyPage(page, async (name) => examine(page, `${who}/${name}`));
    expect(visited.length, visited.join(', ')).toBeGreaterThan(3);
  });
}
