// Which messages the reader has not seen: a count per channel, kept in this browser.

const KEY = "leadbell-sandbox-read";
const MOST = 99;

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // Storage may be off: then every visit starts anew.
  }
}

let read = load();

function newest(panel) {
  return panel.querySelector(".messages > .message:last-child")?.dataset.ts;
}

/** Notes that the panel on screen has been seen. */
export function markRead(panel) {
  const ts = panel && newest(panel);
  if (!ts || document.visibilityState !== "visible" || read[panel.id] >= ts) return;
  read[panel.id] = ts;
  try {
    localStorage.setItem(KEY, JSON.stringify(read));
  } catch { /* see load() */ }
}

/** Writes the counts into the sidebar and gives their sum. */
export function showCounts() {
  let sum = 0;
  for (const badge of document.querySelectorAll("[data-unread]")) {
    const panel = document.getElementById(badge.dataset.unread);
    const since = read[badge.dataset.unread] ?? "";
    const items = panel?.querySelectorAll(".messages > .message") ?? [];
    let count = 0;
    for (let i = items.length - 1; i >= 0 && items[i].dataset.ts > since; i--) count++;
    sum += count;
    badge.hidden = count === 0;
    badge.textContent = count > MOST ? `${MOST}+` : String(count);
    badge.setAttribute("aria-label", `${badge.textContent} unread`);
    badge.closest("a").classList.toggle("has-unread", count > 0);
  }
  return sum;
}

addEventListener("storage", (event) => {
  if (event.key === KEY) read = load();
});
