// Behaviour of forms: send once, do not lose what was typed, count characters, lead to the errors.
// Entry module: loaded once by base.html, never imported.

const within = (root, selector) => [
  ...(root instanceof Element && root.matches(selector) ? [root] : []),
  ...root.querySelectorAll(selector),
];
const closestForm = (event) => (event.target instanceof Element ? event.target.closest("form") : null);

// --- Send once. Buttons keep their focus (aria-disabled, not disabled) and wake up when the answer is a page from the
// back/forward cache, when htmx is done, or after ten seconds. data-send-often switches it off (the chat composer).
const SENDING_AT_MOST = 10_000;

function asleep(form, submitter) {
  form.dataset.sending = "";
  for (const button of form.querySelectorAll("button:not([type='button']), input[type='submit']")) {
    button.setAttribute("aria-disabled", "true");
  }
  submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => awake(form), SENDING_AT_MOST);
}
function awake(form) {
  if (!("sending" in form.dataset)) return;
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-disabled], [aria-busy]")) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
  }
}
const guarded = (form) => form?.method === "post" && !("sendOften" in form.dataset);

document.addEventListener(
  "submit",
  (event) => {
    if (!guarded(event.target) || !("sending" in event.target.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);
document.addEventListener("submit", (event) => {
  if (!guarded(event.target) || event.defaultPrevented) return;
  leaving = true; // what was typed is on its way
  asleep(event.target, event.submitter);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = closestForm(event);
  if (guarded(form)) asleep(form, event.detail.requestConfig?.triggeringEvent?.submitter);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = closestForm(event);
  if (form) awake(form);
});
addEventListener("pageshow", () => {
  leaving = false;
  for (const form of document.querySelectorAll("form[data-sending]")) awake(form);
});

// --- Not saved yet: <form data-guard-unsaved>. The form gets .is-changed while it differs from what the server sent;
// leaving then asks. A form that came back with errors says data-guard-unsaved="changed": its text is not saved either.
let leaving = false;
const asSent = new WeakMap();
const written = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));

function remember(root) {
  for (const form of within(root, "form[data-guard-unsaved]")) {
    asSent.set(form, written(form).toString());
    form.classList.toggle("is-changed", form.dataset.guardUnsaved === "changed");
  }
}
function compare(event) {
  const form = closestForm(event);
  if (!form || !asSent.has(form)) return;
  const changed = form.dataset.guardUnsaved === "changed" || written(form).toString() !== asSent.get(form);
  form.classList.toggle("is-changed", changed);
}
document.addEventListener("input", compare);
document.addEventListener("change", compare);
addEventListener("beforeunload", (event) => {
  if (!leaving && document.querySelector("form[data-guard-unsaved].is-changed")) event.preventDefault();
});

// --- Counters: <textarea data-counter="2000">. Said in words once little is left, and when it is too much.
function count(field) {
  const limit = Number(field.dataset.counter || field.maxLength);
  if (!(limit > 0)) return;
  let counter = field.parentElement.querySelector(":scope > .field__counter");
  if (!counter) {
    counter = document.createElement("output");
    counter.className = "field__counter";
    counter.setAttribute("aria-live", "off");
    field.after(counter);
  }
  // The server counts characters as people do, not UTF-16 halves.
  const left = limit - [...field.value].length;
  counter.textContent = left < 0 ? `${-left} too many` : `${left.toLocaleString()} left`;
  counter.classList.toggle("is-over", left < 0);
  counter.setAttribute("aria-live", left < limit / 10 ? "polite" : "off");
}

// --- Text areas that grow with their text, where the browser cannot do it in CSS: <textarea data-grow>.
const growsByItself = CSS.supports("field-sizing", "content");
function grow(field) {
  if (growsByItself) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-counter]")) count(event.target);
  if (event.target.matches?.("[data-grow]")) grow(event.target);
});

// --- Errors: the summary takes the focus; its links go to the field itself, also when that is a group.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest(".error-summary a[href^='#']") : null;
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
  for (let folded = target.closest("details:not([open])"); folded; folded = target.closest("details:not([open])")) {
    folded.open = true;
  }
  (field ?? target).focus();
});

function prepare(root) {
  remember(root);
  within(root, "[data-counter]").forEach(count);
  within(root, "[data-grow]").forEach(grow);
  within(root, ".error-summary")[0]?.focus();
}
prepare(document);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) prepare(event.detail.elt);
});
