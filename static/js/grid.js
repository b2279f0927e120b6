// The grid without reloading: links of the grid (chips, views, order, pages) fetch what they change; the filter form
// does so by its own hx- attributes. Every one of them is a working link or form without this.
// Entry module: loaded by the grid's page, never imported.

import { toast } from "./lib/toast.js";

const htmx = window.htmx;
const isPlainClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
const titleOf = (group) => group.querySelector("summary").textContent.trim();
const say = (text) => {
  const said = document.getElementById("grid-said");
  if (said) said.textContent = text;
};

document.addEventListener("click", (event) => {
  const link = closest(event, "a[data-grid-link]");
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  // The boxes must show what the address says, so filters and results are both fetched.
  htmx.ajax("GET", link.href, { target: "#grid", swap: "outerHTML", source: "#grid" });
});

const chips = () => [...document.querySelectorAll("#found .chips-bar a")];
// Where the focus was, there it stays; a removed chip hands it to the next one, or to the search box.
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "grid") return;
  const here = document.activeElement;
  const links = [...document.querySelectorAll("#grid a[data-grid-link]")];
  focused = {
    index: links.indexOf(here),
    chip: chips().indexOf(here),
    column: here?.closest("th")?.cellIndex,
    menu: here?.closest("#views-menu, #columns-menu")?.id,
    unfolded: [...document.querySelectorAll("#filters > details[open]")].map(titleOf),
  };
});
document.addEventListener("htmx:afterSwap", (event) => {
  const { id } = event.detail.target;
  if (id !== "grid" && id !== "found") return;
  if (id === "grid" && focused) restore(focused);
  focused = null;
  const count = document.getElementById("count")?.textContent.trim();
  if (count) say(count);
  showView();
});

function restore({ index, chip, column, menu, unfolded }) {
  for (const group of document.querySelectorAll("#filters > details:not([open])")) {
    if (unfolded.includes(titleOf(group))) group.open = true;
  }
  const links = document.querySelectorAll("#grid a[data-grid-link]");
  const head = document.querySelectorAll("#grid thead th")[column ?? -1]?.querySelector("a");
  const summary = menu && document.querySelector(`#${menu} > summary`);
  const search = document.getElementById("q");
  if (chip >= 0) (chips()[Math.min(chip, chips().length - 1)] ?? search).focus();
  else if (summary || index >= 0) (summary || head || links[Math.min(index, links.length - 1)] || search).focus();
}

// The views above the grid follow the address that htmx has pushed.
function showView() {
  requestAnimationFrame(() => {
    for (const view of document.querySelectorAll(".page-head a[data-grid-link]")) {
      if (view.href === location.origin + location.pathname + location.search) view.setAttribute("aria-current", "true");
      else view.removeAttribute("aria-current");
    }
  });
}

// On small screens the filters are a sheet: showing the results closes it. The address may have lost its #filters by
// now, because htmx pushed another, but the form is still its target.
document.addEventListener("submit", (event) => {
  if (event.target.id === "filters" && event.target.matches(":target")) location.hash = "#results";
});

// --- Saving a view: the form is fetched into a dialog. Without script its link leads to a page.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = document.getElementById("view-dialog");
  if (event.detail.target.id !== "view-dialog-body" || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("input:not([type='hidden'])")?.focus();
});
// frame.js copies; without it the link leads to what it would copy.
document.addEventListener("click", (event) => {
  if (closest(event, "a[data-copies]") && isPlainClick(event)) event.preventDefault();
});

// --- Columns: up and down move at once, and the form is sent when all are in place. Without script each is sent.
document.addEventListener("click", (event) => {
  const button = closest(event, "[data-columns] button[name='up'], [data-columns] button[name='down']");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("li");
  const list = item.parentElement;
  const other = button.name === "up" ? item.previousElementSibling : item.nextElementSibling;
  if (other) list.insertBefore(button.name === "up" ? item : other, button.name === "up" ? other : item);
  button.focus();
  const label = item.querySelector("label").textContent.trim();
  say(`${label}: ${[...list.children].indexOf(item) + 1} of ${list.children.length}`);
});

// --- Take: the row comes back without its button, so the focus goes on to the next one that can be taken.
let goesOn = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target;
  if (!row.matches("tr[data-row]")) return;
  const buttons = [...document.querySelectorAll("[data-take]")];
  const here = buttons.findIndex((button) => row.contains(button));
  goesOn = { id: row.dataset.id, button: buttons[here + 1] ?? buttons[here - 1] };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!goesOn) return;
  const row = document.querySelector(`tr[data-row][data-id="${CSS.escape(goesOn.id)}"]`);
  (goesOn.button?.isConnected ? goesOn.button : row?.querySelector(".table__main a"))?.focus();
  goesOn = null;
});
document.addEventListener("grid:said", (event) => toast(event.detail.text, event.detail.tone));

// --- Keys: off inside fields, menus and dialogs, and wherever somebody switched them off (WCAG 2.1.4).
const SWITCH = "grid-keys";
const areOn = () => {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
};
for (const button of document.querySelectorAll("[data-keys-button]")) button.hidden = false;
document.addEventListener("htmx:afterSwap", () => {
  for (const button of document.querySelectorAll("[data-keys-button]")) button.hidden = false;
});
const box = document.getElementById("grid-keys-on");
if (box) box.checked = areOn();
box?.addEventListener("change", () => {
  try {
    if (box.checked) localStorage.removeItem(SWITCH);
    else localStorage.setItem(SWITCH, "off");
  } catch {
    toast("Your browser does not let us remember this.", "warning");
  }
});

const rows = () => [...document.querySelectorAll("#found tr[data-row]")];
const rowOf = (element) => (element instanceof Element ? element.closest("#found tr[data-row]") : null);

function go(by) {
  const all = rows();
  const here = all.indexOf(rowOf(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next]?.querySelector(".table__main a")?.focus();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  x: () => rowOf(document.activeElement)?.querySelector("input[name='chosen']")?.click(),
  f: () => {
    const opener = document.querySelector(".filters__open");
    if (opener?.offsetParent) location.hash = "#filters"; // the sheet of small screens
    document.querySelector("#filters :is(summary, input:not([type='hidden']))")?.focus();
  },
  "/": () => document.getElementById("q")?.focus(),
  "?": () => document.getElementById("grid-keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (!act || event.metaKey || event.ctrlKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  // A box to tick takes no letters, so the keys work on it.
  const typing = closest(event, "input:not([name='chosen']), textarea, select, [contenteditable], dialog, details.menu[open]");
  if (typing || !areOn()) return;
  event.preventDefault();
  act();
});
