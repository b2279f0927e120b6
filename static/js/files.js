// Attachments of the WorkStream page: choosing, dropping and pasting files, and how far each is on its way.
// Entry module: loaded by templates/workstreams/_attachments_part.html, never imported.

import { Uploader, sizeInWords, whyNot } from "./files/uploader.js";
import { toast } from "./lib/toast.js";

const part = document.querySelector("[data-attachments-part]");
const dialog = document.getElementById("add-attachment");
const LOOK_AFTER = 400; // milliseconds: several that end together are one look

// --- The list, looked at again when something came or went

let looking;
function lookAgain({ fromTheStart = true } = {}) {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    const panel = document.getElementById("attachments");
    const open = panel.querySelector("details.menu[open]");
    if (open) {
      // Somebody is about to choose something here: it does not go away under the pointer.
      open.addEventListener("toggle", () => lookAgain({ fromTheStart }), { once: true });
      return;
    }
    const address = new URL(panel.dataset.attachments, location);
    if (fromTheStart) address.searchParams.delete("older");
    const had = panel.contains(document.activeElement) ? nameOf(document.activeElement) : null;
    await window.htmx.ajax("GET", address.pathname + address.search, { target: "#attachments", swap: "outerHTML" });
    if (had && document.activeElement === document.body) {
      [...document.querySelectorAll("#attachments :is(a, button, summary)")].find((each) => nameOf(each) === had)?.focus();
    }
  }, LOOK_AFTER);
}
const nameOf = (control) => `${control.getAttribute("href") ?? ""} ${control.getAttribute("aria-label") ?? control.textContent.trim()}`;

document.addEventListener("attachments:changed", () => lookAgain({ fromTheStart: false }));
document.addEventListener("htmx:afterSettle", () => {
  const needed = document.querySelector("#attachments template[data-needed]");
  if (needed) {
    document.getElementById("needed")?.replaceChildren(needed.content);
    needed.remove();
  }
  const count = document.querySelector("#attachments [data-attachments-count]")?.textContent;
  if (count === undefined) return;
  for (const other of document.querySelectorAll(".tabs [data-attachments-count]")) other.textContent = count;
});

// --- Adding

function offerAdding(form) {
  const uploader = new Uploader({ url: part.dataset.uploads, person: part.dataset.person });
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const blankChoice = form.querySelector("template[data-choice]");
  const panel = part.querySelector("[data-on-the-way]");
  const list = panel.querySelector(".upload-list");
  const blank = panel.querySelector("template[data-upload]");
  const said = panel.querySelector("[data-said]");
  const left = part.querySelector("[data-left]");
  const largest = Number(input.dataset.largest);
  let files = [];

  // What was chosen: one row each as soon as there are several.

  function choose(more) {
    files = [...files, ...more.map((file) => ({ file, row: null, why: whyNot(file, largest) }))];
    show();
  }

  function show() {
    const all = new DataTransfer();
    for (const { file } of files) all.items.add(file);
    input.files = all.files; // so that the browser's own words beside the button are right
    chosen.hidden = files.length === 0;
    form.querySelector("[data-for-all]").hidden = files.length < 2;
    for (const item of files) {
      item.row ??= rowOf(item);
      if (!item.row.isConnected) chosen.append(item.row);
      item.row.querySelector("[data-own]").hidden = files.length < 2 || Boolean(item.why);
    }
  }

  function rowOf(item) {
    const row = blankChoice.content.querySelector("li").cloneNode(true);
    row.querySelector("[data-name]").textContent = item.file.name;
    row.querySelector("[data-size]").textContent = sizeInWords(item.file.size);
    row.querySelector("[data-why]").textContent = item.why;
    row.querySelector("[data-why]").hidden = !item.why;
    const kind = row.querySelector("select");
    kind.append(...[...form.elements.kind.options].map((option) => option.cloneNode(true)));
    kind.value = form.elements.kind.value;
    kind.setAttribute("aria-label", `Kind of ${item.file.name}`);
    row.querySelector("input").setAttribute("aria-label", `Note on ${item.file.name}`);
    const remove = row.querySelector("button");
    remove.setAttribute("aria-label", `Leave out ${item.file.name}`);
    remove.addEventListener("click", () => {
      row.remove();
      files = files.filter((other) => other !== item);
      show();
      input.focus();
    });
    return row;
  }

  input.addEventListener("change", () => choose([...input.files]));
  form.elements.kind.addEventListener("change", () => {
    for (const { row } of files) row.querySelector("select").value = form.elements.kind.value;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const good = files.filter(({ why }) => !why);
    if (!good.length) {
      input.focus();
      toast(files.length ? "None of these files can be added." : "Choose a file first.", "warning");
      return;
    }
    const isOne = files.length === 1;
    for (const { file, row } of good) {
      const fields = row.querySelector("[data-own]");
      send(file, {
        kind: isOne ? form.elements.kind.value : fields.querySelector("select").value,
        note: isOne ? form.elements.note.value : fields.querySelector("input").value || form.elements.note.value,
        request: form.elements.request?.value || null,
      });
    }
    empty();
    dialog.close();
  });

  function empty() {
    for (const { row } of files) row?.remove();
    files = [];
    form.reset();
    if (form.elements.request) form.elements.request.value = ""; // a reset leaves hidden fields alone
    show();
  }
  dialog.addEventListener("close", empty);

  // A button that knows which kind is wanted, and which request it answers.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-upload-kind]") : null;
    if (!button || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    form.elements.kind.value = button.dataset.uploadKind;
    form.elements.kind.dispatchEvent(new Event("change", { bubbles: true }));
    if (form.elements.request) form.elements.request.value = button.dataset.uploadRequest ?? "";
    if (!dialog.open) dialog.showModal();
  });

  // What is on its way.

  function send(file, told) {
    const row = blank.content.querySelector("li").cloneNode(true);
    const [name, bar, state] = ["[data-name]", "progress", "[data-state]"].map((each) => row.querySelector(each));
    const [cancel, again] = ["[data-cancel]", "[data-retry]"].map((each) => row.querySelector(each));
    name.textContent = file.name;
    bar.max = file.size;
    bar.setAttribute("aria-label", `How much of ${file.name} has arrived`);
    cancel.setAttribute("aria-label", `Cancel ${file.name}`);
    again.setAttribute("aria-label", `Try ${file.name} again`);
    list.append(row);
    panel.hidden = left.hidden = false;
    offerLeft();

    const is = (text, tone) => {
      state.textContent = text;
      row.dataset.tone = tone ?? "";
    };
    const away = () => {
      row.remove();
      panel.hidden = !list.children.length;
      offerLeft();
    };
    is("Waiting for its turn");
    const transfer = uploader.add(file, {
      ...told,
      onProgress(received, size) {
        bar.value = received;
        bar.textContent = `${Math.floor((received / size) * 100)} %`;
        is(`${sizeInWords(received)} of ${sizeInWords(size)}`);
      },
      onWaiting: (why) => is(why, "warning"),
      onDone() {
        away();
        toast(`“${file.name}” was added.`, "success");
        lookAgain();
      },
      onFailed(why) {
        is(why, "danger");
        again.hidden = false;
        said.textContent = `“${file.name}” was not added. ${why}`;
      },
    });
    cancel.addEventListener("click", () => {
      transfer.cancel();
      uploader.keys.forget(file);
      away();
    });
    again.addEventListener("click", () => {
      again.hidden = true;
      is("Waiting for its turn");
      transfer.retry();
    });
  }

  // What an earlier page did not finish: choosing the same file again goes on.

  function offerLeft() {
    const names = uploader.isBusy || list.children.length ? [] : uploader.keys.names();
    left.hidden = !names.length;
    left.querySelector("[data-names]").textContent = names.join(", ");
  }
  left.querySelector("[data-forget]").addEventListener("click", () => {
    uploader.keys.forgetAll();
    offerLeft();
  });
  offerLeft();

  addEventListener("beforeunload", (event) => uploader.isBusy && event.preventDefault());

  // Dropping and pasting, anywhere but where somebody else takes files.

  const open = (more) => {
    if (!more.length) return;
    if (!dialog.open) dialog.showModal();
    choose(more);
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (event.defaultPrevented || !carriesFiles(event)) return;
    event.preventDefault(); // or the browser would leave the page to show the file
    part.classList.add("is-drop-target");
  });
  for (const name of ["dragleave", "dragend", "drop"]) {
    document.addEventListener(name, (event) => {
      if (name !== "dragleave" || event.relatedTarget === null) part.classList.remove("is-drop-target");
    });
  }
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented || !carriesFiles(event)) return;
    event.preventDefault();
    open([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (event.defaultPrevented || !pasted.length || event.target.closest?.("#chat")) return;
    event.preventDefault();
    open(pasted);
  });
}

const form = dialog?.querySelector("form[data-attach]");
if (form) offerAdding(form);
