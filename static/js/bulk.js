// Choosing rows of the grid: all of a page at once, how many are chosen, and keeping them while the results change. The
// boxes and buttons are a plain form without this.
// Entry module: loaded by the grid's page, never imported.

const boxes = () => [...document.querySelectorAll('input[name="chosen"]')];
const pageBox = () => document.querySelector("#choose-page input");
const allBox = () => document.getElementById("choose-all");
const saidAloud = document.getElementById("grid-said");

function show({ aloud }) {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  document.getElementById("choose-page").hidden = false;
  const every = boxes();
  const chosen = every.filter((box) => box.checked);
  const all = allBox()?.checked ?? false;
  pageBox().checked = every.length > 0 && chosen.length === every.length;
  pageBox().indeterminate = chosen.length > 0 && chosen.length < every.length;
  for (const box of every) box.closest("tr").classList.toggle("is-chosen", box.checked || all);
  const words = all ? "All that match are chosen" : chosen.length ? `${chosen.length} chosen` : "";
  document.getElementById("chosen-count").textContent = words;
  if (aloud && saidAloud) saidAloud.textContent = words || "None chosen";
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement)) return;
  if (box === pageBox()) for (const row of boxes()) row.checked = box.checked;
  else if (box !== allBox() && box.name !== "chosen") return;
  show({ aloud: true });
});

// Nothing chosen: say so here instead of on a page of its own.
document.addEventListener(
  "submit",
  (event) => {
    if (event.target.id !== "bulk" || allBox()?.checked || boxes().some((box) => box.checked)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.getElementById("chosen-count").textContent = "Choose WorkStreams first";
    if (saidAloud) saidAloud.textContent = "Choose WorkStreams first: tick the boxes in front of their names.";
    boxes()[0]?.focus();
  },
  { capture: true },
);

// --- Only rows that are still there stay chosen. “All that match” does not: it would mean others now.
let kept = new Set();
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "found" && event.detail.target.id !== "grid") return;
  kept = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "found" && event.detail.target.id !== "grid") return;
  for (const box of boxes()) box.checked = kept.has(box.value);
  show({ aloud: false });
});
addEventListener("pageshow", () => show({ aloud: false }));
show({ aloud: false });
