// Follows /sandbox/events and changes the page accordingly.

import { localise, markDays } from "./time.js";

const MOST_SHOWN = 300;

const fragment = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  localise(template.content);
  return template.content;
};

const scroller = (panel) => panel.querySelector(".scroll");
const atEnd = (panel) => {
  const box = scroller(panel);
  return box.scrollHeight - box.scrollTop - box.clientHeight < 48;
};

/** Replaces what an element holds, and keeps the keyboard near if it was in there. */
function put(id, html) {
  const place = document.getElementById(id);
  const focused = document.activeElement;
  place.replaceChildren(fragment(html));
  if (focused.isConnected) return;
  const open = [...document.querySelectorAll(".panel")].find((panel) => panel.offsetParent);
  (document.getElementById(focused.id) ?? open)?.focus({ preventScroll: true });
}

/** Scrolls a panel to its newest entry. */
export function toEnd(panel) {
  const box = scroller(panel);
  if (panel.querySelector(".messages")) box.scrollTop = box.scrollHeight;
  panel.querySelector(".newer")?.setAttribute("hidden", "");
}

/** Fetches the page and takes over what changed, keeping the panel elements so that `:target` still holds. */
async function refetch() {
  const response = await fetch("/", { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  document.documentElement.dataset.version = fresh.documentElement.dataset.version;
  document.getElementById("nav").replaceChildren(...fresh.getElementById("nav").children);
  const panels = document.getElementById("panels");
  put("banner", fresh.getElementById("banner").innerHTML);
  const wanted = new Map([...fresh.getElementById("panels").children].map((panel) => [panel.id, panel]));
  for (const panel of [...panels.children]) {
    const now = wanted.get(panel.id);
    wanted.delete(panel.id);
    if (!now) {
      panel.remove();
      continue;
    }
    const [end, top] = [atEnd(panel), scroller(panel).scrollTop];
    panel.dataset.title = now.dataset.title;
    const focused = document.activeElement;
    // A form keeps what was typed.
    const form = panel.querySelector("[data-keep]");
    if (form) now.querySelector("[data-keep]").replaceWith(form);
    panel.replaceChildren(...now.children);
    if (panel.contains(focused)) focused.focus({ preventScroll: true });
    if (end) toEnd(panel);
    else scroller(panel).scrollTop = top;
  }
  for (const panel of wanted.values()) {
    // What is on screen stays there, wherever the newest message is.
    if (panels.querySelector(".default")) panel.classList.remove("default");
    panels.append(panel);
  }
  localise(panels);
  panels.querySelectorAll(".messages").forEach(markDays);
  // A panel that appeared only now does not count as the target until the address is followed again.
  const named = document.getElementById(location.hash.slice(1));
  if (named && !named.matches(":target")) location.replace(location.hash);
}

/** The last message of a thread that is on the page: its newest reply, or the message replied to. */
function lastOf(list, thread) {
  return [...list.querySelectorAll(`[data-thread="${thread}"]`)].pop() ?? list.querySelector(`[data-ts="${thread}"]`);
}

function append(list, html) {
  const panel = list.closest(".panel");
  const end = atEnd(panel);
  const content = fragment(html);
  content.firstElementChild.classList.add("fresh");
  const { thread } = content.firstElementChild.dataset;
  const before = thread && lastOf(list, CSS.escape(thread));
  if (before) before.after(content);
  else list.append(content);
  while (list.childElementCount > MOST_SHOWN) list.firstElementChild.remove();
  markDays(list);
  if (end) toEnd(panel);
  else panel.querySelector(".newer")?.removeAttribute("hidden");
}

/** Starts following; `changed` is called after each change. */
export function follow(changed) {
  const live = document.getElementById("live");
  const say = (text, on) => {
    live.classList.toggle("on", on);
    live.lastElementChild.textContent = text;
  };
  let pending = 0;
  const refresh = () => {
    clearTimeout(pending);
    pending = setTimeout(() => refetch().then(changed, () => say("Reconnecting…", false)), 60);
  };
  const list = (name) => document.querySelector(`[data-messages="${CSS.escape(name)}"]`);
  const on = (source, name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));

  const source = new EventSource("/sandbox/events");
  on(source, "hello", ({ version }) => {
    say("Live", true);
    if (String(version) !== document.documentElement.dataset.version) refresh();
  });
  on(source, "message", ({ channel, ts, html }) => {
    const target = list(channel);
    if (!target) return refresh();
    if (target.querySelector(`[data-ts="${CSS.escape(ts)}"]`)) return;
    append(target, html);
    changed();
  });
  on(source, "updated", ({ channel, ts, html }) => {
    list(channel)?.querySelector(`[data-ts="${CSS.escape(ts)}"]`)?.replaceWith(fragment(html));
    const target = list(channel);
    if (target) markDays(target);
  });
  on(source, "refused", ({ seq, html, count, summary }) => {
    const target = list("refused");
    if (target.querySelector(`[data-seq="${seq}"]`)) return;
    append(target, html);
    document.querySelector("#refused .head p").textContent = summary;
    const tally = document.querySelector("[data-refused]");
    tally.textContent = count;
    tally.hidden = false;
    changed();
  });
  on(source, "faults", ({ list, banner, count }) => {
    put("faults-on", list);
    put("banner", banner);
    const tally = document.querySelector("[data-faults-on]");
    tally.textContent = count;
    tally.hidden = count === 0;
  });
  on(source, "hits", ({ hits }) => {
    for (const { id, text } of hits) {
      const place = document.querySelector(`[data-fault="${id}"] [data-hits]`);
      if (place) place.textContent = text;
    }
  });
  on(source, "workspace", refresh);
  on(source, "reset", refresh);
  source.addEventListener("error", () => {
    // Whatever happened meanwhile is missing: the next hello must not match.
    document.documentElement.dataset.version = "";
    say("Reconnecting…", false);
  });
}
