// The page's own behaviour: which panel is open, copying ids, disclosures, clearing.

import { follow, toEnd } from "./live.js";
import { localise, markDays } from "./time.js";
import { markRead, showCounts } from "./unread.js";

const narrow = matchMedia("(max-width: 720px)");
// By the address, not by `:target`: the browser sets that only after this script has run for the first time.
const named = () => document.getElementById(location.hash.slice(1))?.closest(".panel") ?? null;
const open = () => named() ?? (narrow.matches ? null : document.querySelector(".panel.default"));

/** Brings sidebar, counts and title in line with what is on screen. */
function settle() {
  const panel = open();
  for (const link of document.querySelectorAll("#nav a[data-panel]")) {
    if (link.dataset.panel === panel?.id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const skip = document.querySelector(".skip");
  if (skip) skip.hidden = !panel;
  if (panel) skip?.setAttribute("href", `#${panel.id}`);
  if (panel && document.visibilityState === "visible") markRead(panel);
  const unread = showCounts();
  const parts = [panel?.dataset.title, document.documentElement.dataset.workspace, "Slack sandbox"];
  document.title = (unread ? `(${unread}) ` : "") + parts.filter(Boolean).join(" · ");
}

async function showRequest(details) {
  if (details.dataset.shown !== undefined) return;
  details.dataset.shown = "";
  const place = details.querySelector("p");
  const box = document.createElement("div");
  try {
    const response = await fetch(details.dataset.request);
    if (response.ok) box.innerHTML = await response.text();
    else box.textContent = await response.text();
  } catch {
    delete details.dataset.shown;
    box.textContent = "The sandbox does not answer. Close and open this to try again.";
  }
  details.querySelector("div")?.remove();
  details.insertBefore(box, place);
}

async function copy(button) {
  const label = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = "Copied";
  } catch {
    // No clipboard without HTTPS on other hosts: select it, so that the keyboard can copy.
    getSelection().selectAllChildren(button.querySelector("code"));
    label.textContent = "Selected";
  }
  button.classList.add("done");
  setTimeout(() => {
    label.textContent = "Copy";
    button.classList.remove("done");
  }, 1600);
}

async function showEarlier(button) {
  const list = button.closest(".messages");
  const box = list.closest(".scroll");
  const query = new URLSearchParams({ channel: list.dataset.messages, before: button.dataset.before });
  const response = await fetch(`/sandbox/view/messages?${query}`);
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  localise(template.content);
  const from = box.scrollHeight - box.scrollTop;
  button.closest(".more").replaceWith(template.content);
  markDays(list);
  box.scrollTop = box.scrollHeight - from;
  list.querySelector(".message")?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.raw") && event.target.open) showRequest(event.target);
}, true);

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (hit("[data-copy]")) copy(hit("[data-copy]"));
  else if (hit("[data-before]")) showEarlier(hit("[data-before]"));
  else if (hit(".newer")) toEnd(hit(".panel"));
});

document.addEventListener("scroll", (event) => {
  const box = event.target;
  if (!box.matches?.(".scroll")) return;
  if (box.scrollHeight - box.scrollTop - box.clientHeight < 48) box.nextElementSibling?.setAttribute("hidden", "");
}, true);

// The highlight of a new message is shown once, also if its panel was opened later.
document.addEventListener("animationend", (event) => event.target.classList.remove("fresh"));

const dialog = document.getElementById("clear-dialog");
document.getElementById("clear").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.returnValue = "";
  dialog.showModal();
});
dialog.addEventListener("close", () => {
  if (dialog.returnValue === "clear") fetch("/sandbox/api/reset", { method: "POST" });
});

// Switching a fault off leaves the reader where he is; the news of it changes list and banner.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.off")) return;
  event.preventDefault();
  fetch(event.target.action, { method: "POST", redirect: "manual" });
});

addEventListener("hashchange", () => {
  const panel = open();
  if (panel) toEnd(panel);
  settle();
});
document.addEventListener("visibilitychange", settle);
narrow.addEventListener("change", settle);

localise(document);
document.querySelectorAll(".messages").forEach(markDays);
document.querySelectorAll(".panel").forEach((panel) => toEnd(panel));
settle();
follow(settle);
// The address takes the reader to the panel of a refused form; where to go on is its first wrong field.
addEventListener("load", () => document.querySelector("[aria-invalid]")?.focus());
