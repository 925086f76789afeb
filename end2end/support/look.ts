// How pages look: accessibility by axe, no sideways scrolling, pictures to look at.
import AxeBuilder from '@axe-core/playwright';

import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SCHEMES = ['light', 'dark'] as const;

/** Widths of screens in CSS pixels: small phones, phones, desks. */
const NARROW = [360, 390];
const PICTURES = [390, 1280];
const DESK = { width: 1280, height: 800 };

/** Examines the page as it stands, in both colour schemes, and takes its pictures. */
export async function examine(page: Page, name: string): Promise<void> {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of PICTURES) {
      await page.setViewportSize({ width, height: width < 500 ? 844 : DESK.height });
      await settled(page);
      await page.screenshot({ path: `artifacts/screens/${name}-${width}-${scheme}.png`, fullPage: true });
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
      const found = violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
      );
      expect.soft(found, `${name}, ${scheme}, ${width} px`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  for (const width of NARROW) {
    await page.setViewportSize({ width, height: 740 });
    await settled(page);
    expect.soft(await overflowing(page), `${name} at ${width} px: what reaches past the right edge`).toEqual([]);
  }
  await page.setViewportSize(DESK);
}

/** Lets the style of a new width or scheme come into force. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
  });
}

/** What makes a page, or a dialog on it, scroll sideways. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const roots = [document.documentElement, ...document.querySelectorAll<HTMLElement>('dialog[open], dialog[open] *')];
    const wide = roots.filter((root) => {
      const scrolls = root === document.documentElement || /auto|scroll/.test(getComputedStyle(root).overflowX);
      return scrolls && root.clientWidth > 0 && root.scrollWidth > root.clientWidth + 1 && root.tagName !== 'TEXTAREA' && root.tagName !== 'INPUT';
    });
    if (wide.length === 0) return [];
    const edge = document.documentElement.clientWidth;
    const guilty = [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > edge + 1)
      .slice(0, 5);
    return [...wide, ...guilty].map((element) => `${element.tagName}.${element.className}`);
  });
}
