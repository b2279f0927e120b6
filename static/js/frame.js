// Behaviour of the frame: menus, dialogs, folding, tabs, copying, theme, times, and a word when the server is away.
// Everything is delegated from the document, so what htmx or the chat adds later works without being told.
// Entry module: loaded once by base.html, never imported. What others need is in lib/.

import { followTitle } from "./lib/badge.js";
import { upgradeTimes } from "./lib/times.js";
import { toast } from "./lib/toast.js";

const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

// --- Menus: <details class="menu">. One open at a time; Esc or a click elsewhere closes.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target) || closest(event, "[data-closes-menu]")) menu.open = false;
  }
});
document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details:is(.menu, .tracker__details)[open]")) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary")?.focus();
  }
  if (document.querySelector("#filters:target")) location.hash = "#results";
});
document.addEventListener("click", (event) => {
  for (const step of document.querySelectorAll("details.tracker__details[open]")) {
    if (!step.contains(event.target)) step.open = false;
  }
});

// --- Dialogs: a control with data-dialog="id" opens <dialog id>; without script its href or form does the work.
document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  if (closest(event, "[data-dialog-close]")) {
    event.preventDefault();
    closest(event, "dialog")?.close();
  } else if (event.target instanceof HTMLDialogElement) {
    event.target.close(); // a click on the backdrop
  }
});

// --- Folding: <button data-fold aria-expanded aria-controls>; CSS decides what folded means.
document.addEventListener("click", (event) => {
  const button = closest(event, "[data-fold]");
  if (button) button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
});

// --- Where tabs scroll sideways, the current one is in sight. Only the strip moves: the page stays where it is.
function bringIntoStrip(tab) {
  const strip = tab.closest(".tabs").getBoundingClientRect();
  const own = tab.getBoundingClientRect();
  if (own.left < strip.left) tab.closest(".tabs").scrollLeft -= strip.left - own.left;
  else if (own.right > strip.right) tab.closest(".tabs").scrollLeft += own.right - strip.right;
}
for (const current of document.querySelectorAll(".tabs [aria-current]")) bringIntoStrip(current);

// --- Tabs whose sections are all on the page (WorkStream page, narrow): links that work, switched without loading.
document.addEventListener("click", (event) => {
  const link = closest(event, ".tabs[data-switch] a[data-shows]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const layout = link.closest("[data-sections]");
  const wanted = layout?.querySelector(`[data-section="${CSS.escape(link.dataset.shows)}"]`);
  if (!wanted) return;
  event.preventDefault();
  for (const section of layout.querySelectorAll("[data-section]")) {
    section.classList.toggle("is-current", section === wanted);
  }
  for (const other of layout.querySelectorAll(".tabs[data-switch] a[data-shows]")) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  bringIntoStrip(link);
  history.replaceState(history.state, "", link.href);
});

// --- A control elsewhere that opens a folded part of the page: <a data-opens="id of a <details>">, to its first field.
document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-opens]");
  const folded = opener && document.getElementById(opener.dataset.opens);
  if (!folded || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const section = folded.closest("[data-section]")?.dataset.section;
  document.querySelector(`.tabs[data-switch] a[data-shows="${section}"]`)?.click();
  folded.open = true;
  folded.scrollIntoView({ block: "center" });
  (folded.querySelector(":is(input, textarea, select):not([type='hidden'])") ?? folded.querySelector("summary")).focus();
});

// --- Copy: <button data-copy="text"> or data-copy-from="id of an element".
document.addEventListener("click", async (event) => {
  const button = closest(event, "[data-copy], [data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom ?? "");
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? source?.value ?? source?.textContent.trim() ?? "");
    toast("Copied.", "success");
  } catch {
    toast("Your browser did not let us copy. Please select the text and copy it yourself.", "warning");
  }
});

// --- Notices that may be put away.
document.addEventListener("click", (event) => {
  if (closest(event, "[data-dismiss]")) closest(event, ".notice, .banner")?.remove();
});

// --- Theme: buttons with data-theme-choice = "system", "light" or "dark".
const currentTheme = () => document.documentElement.dataset.theme ?? "system";

function showTheme() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === currentTheme()));
  }
  for (const box of document.querySelectorAll("[data-theme-box]")) box.hidden = false;
}
document.addEventListener("click", (event) => {
  const choice = closest(event, "[data-theme-choice]")?.dataset.themeChoice;
  if (!choice) return;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch {
    // Not remembered in this browser; it holds for this page.
  }
  showTheme();
});

// --- A server that does not answer is said, not swallowed.
document.addEventListener("htmx:sendError", () =>
  toast("We could not reach the portal. Nothing was changed - please try again.", "warning"),
);
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 404) toast("This is not here any more. Please reload the page.", "warning");
  else if (status === 403) toast("You may not do this, or you were signed out. Please reload the page.", "warning");
  else if (status === 503) toast("The portal is very busy. Nothing was changed - please try again in a moment.", "warning");
  else toast("Something went wrong on our side. Nothing was lost - please try again.", "danger");
});

// --- What the last action had to say stands on the page from the start, which screen readers pass over in silence. Put in
// anew, it is read out: #notices is a live region.
setTimeout(() => {
  const notices = document.getElementById("notices");
  if (notices && !notices.contains(document.activeElement)) notices.append(...notices.children);
}, 500);

// --- The icon follows the title; times.
followTitle();
upgradeTimes();
showTheme();
document.addEventListener("htmx:load", (event) => upgradeTimes(event.detail.elt.parentElement ?? document));
setInterval(() => upgradeTimes(), 60_000);
document.addEventListener("visibilitychange", () => document.hidden || upgradeTimes());
