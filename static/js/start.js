// The start form: keeps what was typed on the server, a moment after the last key and when the page is left.
// Entry module: loaded by subscriptions/form.html, never imported.

const PAUSE = 2000;
const form = document.getElementById("start-form");
const state = document.getElementById("draft-state");

form.elements.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

let kept = written();
let timer;
let sending = false;

function written() {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return new URLSearchParams(data).toString();
}

async function keep() {
  clearTimeout(timer);
  const now = written();
  if (sending || now === kept) return;
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      keepalive: true,
      redirect: "error", // signed out meanwhile: the form itself will say so
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: new URLSearchParams(now),
    });
    if (!answer.ok) return;
    kept = now;
    state.textContent = "Draft saved";
  } catch {
    state.textContent = "";
  }
}

function later() {
  state.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE);
}

form.addEventListener("input", later);
form.addEventListener("change", later);
form.addEventListener("submit", () => {
  sending = true;
  clearTimeout(timer);
});
addEventListener("pageshow", () => {
  sending = false;
});
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => document.hidden && keep());
