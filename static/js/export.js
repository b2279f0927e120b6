// Following a download: the page stays, so it asks how far the export is. Once one runs, the list asks by itself.
// Entry module: loaded by the export's page, never imported.

const htmx = window.htmx;
const said = document.getElementById("export-said");
const list = () => document.getElementById("exports");
const latest = () => list().querySelector(".export-list__item");
const look = () => htmx.ajax("GET", list().dataset.url, { target: "#exports", swap: "outerHTML" });

// The server needs a moment to begin, so the first looks may come too early.
const LOOKS_AFTER = [300, 1000, 2500, 5000];
document.addEventListener("submit", (event) => {
  if (event.target.id !== "export-form") return;
  said.textContent = "The export begins.";
  for (const wait of LOOKS_AFTER) setTimeout(() => list().hasAttribute("hx-get") || look(), wait);
});

// How it ended is read out; the numbers on the way are not.
let before = latest()?.dataset.state;
document.addEventListener("htmx:afterSwap", () => {
  const state = latest()?.dataset.state;
  if (before === "running" && state !== "running") said.textContent = latest().querySelector("[data-says]").textContent;
  before = state;
});
