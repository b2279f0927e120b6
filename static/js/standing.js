// For colleagues: whether each message or note is in Intercom. Asked for what the page shows, again when that changes, and
// every few seconds for as long as anything waits.

const GATHER = 800; // milliseconds
const AGAIN = 5000;

const own = document.getElementById("intercom-standing");
const panes = document.querySelectorAll("#chat [data-pane]");
const words = new Map([...own.querySelectorAll("template")].map((template) => [template.dataset.standing, template]));
let due;

function ask(after) {
  clearTimeout(due);
  due = setTimeout(look, after);
}

async function look() {
  if (document.hidden) return;
  const waits = await Promise.all([...panes].map(lookAt));
  if (waits.some(Boolean)) ask(AGAIN);
}

async function lookAt(pane) {
  const articles = [...pane.querySelectorAll("article[data-number]")];
  if (!articles.length) return false;
  const asked = new URL(own.dataset.url, location);
  asked.searchParams.set("kind", pane.dataset.pane);
  asked.searchParams.set("first", articles[0].dataset.number);
  asked.searchParams.set("last", articles.at(-1).dataset.number);
  try {
    const answer = await fetch(asked);
    if (!answer.ok || answer.redirected) return false;
    const { standing } = await answer.json();
    for (const article of articles) show(article, standing[article.dataset.number]);
    return Object.values(standing).includes("waiting");
  } catch {
    return true; // the line is down; the next change of the page, or the next time, asks again
  }
}

function show(article, standing) {
  let line = article.querySelector(".message__standing");
  if (!standing) return void line?.remove();
  if (!line) {
    line = Object.assign(document.createElement("div"), { className: "message__standing" });
    article.querySelector(".message__bubble").after(line);
  }
  if (line.dataset.standing === standing) return;
  line.dataset.standing = standing;
  line.replaceChildren(words.get(standing).content.cloneNode(true));
}

document.addEventListener("chat:changed", () => ask(GATHER));
document.addEventListener("visibilitychange", () => ask(GATHER));
ask(0);
