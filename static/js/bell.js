// The number on the bell. Asked for when a page opens, when it comes to the front again, and now and then while it is
// there; hidden pages ask nothing. What a WorkStream's page shows is read by opening it.
// Entry module: loaded once by base.html, never imported.

const EVERY = 20_000; // milliseconds
const bell = document.querySelector("[data-bell]");

function show({ count, label }) {
  const badge = bell.querySelector("[data-bell-count]");
  const summary = bell.querySelector("[data-bell-label]");
  badge.textContent = label;
  badge.hidden = count === 0;
  summary.setAttribute("aria-label", count ? `${summary.dataset.bellLabel}, ${label} unread` : summary.dataset.bellLabel);
  try {
    sessionStorage.setItem("bell", JSON.stringify({ count, label }));
  } catch {
    // The next page begins without a number.
  }
}

async function ask(address, options = {}) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json", ...options.headers }, ...options });
    if (answer.ok && !answer.redirected) show(await answer.json());
  } catch {
    // The number stays as it was; the next question may be answered.
  }
}

const count = () => document.hidden || ask(bell.dataset.countUrl);

/** Opening a WorkStream's page reads what stands under the bell about it. */
function read(workstream) {
  const body = new URLSearchParams({ workstream });
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  return ask(bell.dataset.readUrl, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token },
  });
}

if (bell) {
  try {
    const known = JSON.parse(sessionStorage.getItem("bell"));
    if (known) show(known);
  } catch {
    // Nothing is known yet.
  }
  const opened = document.querySelector("[data-opened-workstream]")?.dataset.openedWorkstream;
  if (opened) read(opened);
  else count();
  setInterval(count, EVERY);
  document.addEventListener("visibilitychange", count);
}
