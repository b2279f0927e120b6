// The grid without reloading: links of the grid (chips, views, order, pages) fetch what they change; the filter form
// does so by its own hx- attributes. Every one of them is a working link or form without this.
// Entry module: loaded by the grid's page, never imported.

const htmx = window.htmx;
const isPlainClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-grid-link]") : null;
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  // The boxes must show what the address says, so filters and results are both fetched.
  htmx.ajax("GET", link.href, { target: "#grid", swap: "outerHTML", source: "#grid" });
});

// Where the focus was, there it stays; a removed chip hands it to the next one, or to the search box.
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "grid") return;
  const links = [...document.querySelectorAll("#grid a[data-grid-link]")];
  focused = { index: links.indexOf(document.activeElement), column: document.activeElement?.closest("th")?.cellIndex };
});
document.addEventListener("htmx:afterSwap", (event) => {
  const { id } = event.detail.target;
  if (id !== "grid" && id !== "found") return;
  if (id === "grid" && focused && focused.index >= 0) {
    const links = document.querySelectorAll("#grid a[data-grid-link]");
    const head = document.querySelectorAll("#grid thead th")[focused.column ?? -1]?.querySelector("a");
    (head ?? links[Math.min(focused.index, links.length - 1)] ?? document.getElementById("q"))?.focus();
  }
  focused = null;
  const count = document.getElementById("count")?.textContent.trim();
  const said = document.getElementById("grid-said");
  if (said && count) said.textContent = count;
  showView();
});

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

// --- Keys, only while the focus is in the table (WCAG 2.1.4): j and k move from name to name.
document.addEventListener("keydown", (event) => {
  const table = event.target instanceof Element ? event.target.closest("#found .table-scroll") : null;
  if (!table || event.metaKey || event.ctrlKey || event.altKey || (event.key !== "j" && event.key !== "k")) return;
  const names = [...table.querySelectorAll(".table__main a")];
  const here = names.indexOf(event.target.closest("tr")?.querySelector(".table__main a"));
  names[Math.min(Math.max(here + (event.key === "j" ? 1 : -1), 0), names.length - 1)]?.focus();
  event.preventDefault();
});
