// Who has read one's own messages: always on the last one, on an earlier one when it is clicked or has the focus.

const NAMED = 5;

export class Seen {
  #chat;
  #logs;
  #marks = new Map();
  #chosen = new Map();
  #isDue = false;

  /** `logs` by kind. */
  constructor(chat, logs) {
    this.#chat = chat;
    this.#logs = logs;
    for (const [kind, log] of logs) {
      this.#marks.set(kind, new Map());
      for (const name of ["click", "focusin"]) {
        log.box.addEventListener(name, ({ target }) => {
          const article = target.closest("article[data-number]");
          if (!article || !log.isOwn(article) || article === this.#chosen.get(kind)) return;
          this.#chosen.set(kind, article);
          this.show();
        });
      }
    }
    chat.addEventListener("chat:changed", () => this.show());
    chat.addEventListener("click", ({ target }) => target.closest("[data-readers]") && this.#unfold(target.closest("[data-readers]")));
    this.show();
  }

  /** Ask anew: at the beginning, and when signs may have been missed. */
  async load() {
    try {
      const answer = await fetch(this.#chat.dataset.seenUrl);
      if (!answer.ok || answer.redirected) return;
      for (const { person, name, ...numbers } of (await answer.json()).readers) {
        for (const kind of this.#marks.keys()) this.#mark(kind, person, name, numbers[kind] ?? 0);
      }
      this.show();
    } catch {
      // Nobody is shown as a reader; the stream says when it is back.
    }
  }

  /** Somebody's sign arrived. */
  take({ what, of, person, name, number }) {
    if (what !== "read" || !this.#marks.has(of)) return;
    this.#mark(of, person, name, number);
    this.show();
  }

  /** Whoever wrote a message here has read it. */
  wrote(kind, article) {
    const name = article.querySelector(".message__author").textContent.trim();
    if (article.dataset.author && !("outside" in article.dataset)) this.#mark(kind, article.dataset.author, name, Number(article.dataset.number));
  }

  show() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      for (const kind of this.#marks.keys()) this.#showIn(kind);
    });
  }

  #mark(kind, person, name, number) {
    const before = this.#marks.get(kind).get(person)?.number ?? 0;
    if (person !== this.#chat.dataset.person) this.#marks.get(kind).set(person, { name, number: Math.max(number, before) });
  }

  #showIn(kind) {
    const log = this.#logs.get(kind);
    const shown = [log.lastOwn, this.#chosen.get(kind)].filter((article) => article?.isConnected);
    for (const state of log.box.querySelectorAll("[data-number] .message__state--sent")) {
      if (!shown.includes(state.closest("article"))) state.remove();
    }
    for (const article of shown) this.#showAt(article, kind);
  }

  #showAt(article, kind) {
    const number = Number(article.dataset.number);
    const names = [...this.#marks.get(kind).values()].filter((mark) => mark.number >= number).map(({ name }) => name);
    let state = article.querySelector(".message__state--sent");
    if (!state) {
      state = Object.assign(document.createElement("div"), { className: "message__state message__state--sent" });
      article.querySelector(".message__content").append(state);
    }
    const wanted = names.length ? "seen" : "sent";
    if (state.dataset.shows !== wanted) {
      state.dataset.shows = wanted;
      state.replaceChildren(this.#chat.querySelector(`template[data-state="${wanted}"]`).content.cloneNode(true));
    }
    const button = state.querySelector("[data-readers]");
    if (!button) return;
    const isUnfolded = button.getAttribute("aria-expanded") === "true";
    const rest = names.length - NAMED;
    const all = rest > 0 ? `${names.slice(0, NAMED).join(", ")} and ${rest} more` : names.join(", ");
    const text = `Seen by ${isUnfolded || names.length === 1 ? all : names.length}`;
    if (button.textContent !== text) button.textContent = text;
    button.title = all;
  }

  #unfold(button) {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    this.show();
  }
}
