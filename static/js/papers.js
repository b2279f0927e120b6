// Around files: the upload opens with a kind (and the request it answers) already chosen, and says what helps for it.
// Entry module: loaded by templates/workstreams/_attachments_part.html, never imported. The links work without it.

const dialog = () => document.getElementById("add-attachment");
const form = () => dialog()?.querySelector("form");

// --- What helps, for the kind that is chosen
function advise() {
  const place = dialog()?.querySelector("[data-guide]");
  const kind = form()?.elements.kind.value;
  if (!place || place.dataset.shows === kind) return;
  place.dataset.shows = kind;
  window.htmx.ajax("GET", place.dataset.guide.replace("KIND", encodeURIComponent(kind)), { target: place, swap: "innerHTML" });
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target === form()?.elements.kind) advise();
});

// --- <a data-upload-kind="sample_data" data-upload-request="id">, anywhere on the page
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-upload-kind]") : null;
  if (!link || !form() || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  form().elements.kind.value = link.dataset.uploadKind;
  form().elements.request.value = link.dataset.uploadRequest ?? "";
  dialog().showModal();
  advise();
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-dialog=add-attachment]")) advise();
});

// --- The next upload answers nothing by itself. The one that was just sent has read its request already.
document.addEventListener(
  "close",
  (event) => {
    if (event.target === dialog()) form().elements.request.value = "";
  },
  true,
);
