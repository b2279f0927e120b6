// The list of messages or notes: order, days, groups, scrolling, what was seen, what is read out.

import { language, upgradeTimes } from "../lib/times.js";
import { toast } from "../lib/toast.js";

const TOGETHER = 5 * 60_000; // one head serves what a person says within this time (as chat/conversation.py)
const NEAR = 40; // pixels from the bottom that still count as being there
const NEARLY_AT_TOP = 240;
const GATHER = 500; // milliseconds in which arrivals are read out together
const SPOKEN = 240; // characters of a message that are read out

const dayFormat = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const dayFormatWithYear = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

const entryOf = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html; // from our own server, which escaped what people wrote
  return template.content;
};
const timeOf = (article) => new Date(article.querySelector("time").dateTime);
const dayOf = (date) => `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;

function dayInWords(date) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (dayOf(date) === dayOf(today)) return "Today";
  if (dayOf(date) === dayOf(yesterday)) return "Yesterday";
  return (date.getFullYear() === today.getFullYear() ? dayFormat : dayFormatWithYear).format(date);
}

export class Log {
  #pane;
  #box;
  #button;
  #person;
  #onSeen;
  #decorate;
  #change;
  #later = new Map(); // the latest of what changed and is not on the page, by number
  #unseen = new Set();
  #toSpeak = [];
  #speaking;
  #isLoading = false;

  /** `onSeen(last)` is called when everything up to `last` was in view, `decorate(article)` when one is shown. */
  constructor(pane, { person, onSeen, decorate }) {
    this.#pane = pane;
    this.#box = pane.querySelector("[data-log]");
    this.#button = pane.querySelector("[data-to-new]");
    this.#person = person;
    this.#onSeen = onSeen;
    this.#decorate = decorate;
    this.#change = Number(pane.dataset.changes);

    const read = Number(pane.dataset.read);
    for (const article of this.#articles()) {
      if (!this.isOwn(article) && Number(article.dataset.number) > read) this.#unseen.add(Number(article.dataset.number));
    }
    this.#box.addEventListener("scroll", () => this.look(), { passive: true });
    this.#button.addEventListener("click", () => {
      this.toBottom();
      this.#box.focus({ preventScroll: true });
    });
    this.#box.querySelector("[data-older]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#older();
    });
    pane.querySelector("[data-newer]")?.remove(); // the stream brings what is newer
    this.#arrange();
  }

  get last() {
    return Number(this.#articles().at(-1)?.dataset.number ?? 0);
  }

  get box() {
    return this.#box;
  }

  get lastOwn() {
    return this.#articles().findLast((article) => this.isOwn(article));
  }

  isOwn(article) {
    return article.dataset.author === this.#person;
  }

  /** What the page has, as event ids of the stream say it: the last entry and the last change. */
  get mark() {
    return `${this.last}-${this.#change}`;
  }

  get unseen() {
    return this.#unseen.size;
  }

  /** Go to what was asked for by the address, else to the first unread one, else to the end. Once, when first shown. */
  begin() {
    const wanted = location.hash.length > 1 && this.#box.querySelector(`#${CSS.escape(location.hash.slice(1))}`);
    const start = wanted || this.#box.querySelector(".unread-line");
    this.#box.scrollTop = start ? start.offsetTop - 24 : this.#box.scrollHeight;
    this.look();
  }

  /** Show an entry from the server at the place of its number, once. */
  add(html) {
    const article = entryOf(html).querySelector("article");
    const number = Number(article.dataset.number);
    if (this.find(number)) {
      this.change(html);
      return null;
    }
    const wasAtBottom = this.#isAtBottom();
    this.pending(article.dataset.key)?.remove();
    this.#place(article, number);
    this.#box.querySelector("[data-empty]")?.remove();
    upgradeTimes(article);
    if (!this.isOwn(article)) {
      article.classList.add("message--arriving");
      this.#speak(article);
      if (!this.#unseen.size && !(wasAtBottom && this.#isInView())) this.#markNewFrom(article);
      this.#unseen.add(number);
    }
    this.#arrange();
    if (wasAtBottom) this.#box.scrollTop = this.#box.scrollHeight;
    this.look();
    this.#changed();
    return article;
  }

  #changed() {
    this.#box.dispatchEvent(new CustomEvent("chat:changed", { bubbles: true }));
  }

  /** Show what became of an entry that was edited or removed. Of two changes the later one stays, whatever comes first. */
  change(html) {
    const article = entryOf(html).querySelector("article");
    const { number, change } = article.dataset;
    this.#change = Math.max(this.#change, Number(change));
    const before = this.find(number);
    if (!before) {
      // Perhaps it is on its way with a page of the history that was read before.
      if (Number(change) > Number(this.#later.get(number)?.dataset.change ?? 0)) this.#later.set(number, article);
      return;
    }
    if (Number(before.dataset.change) >= Number(change)) return;
    const wasAtBottom = this.#isAtBottom();
    const hadFocus = before.contains(document.activeElement);
    before.replaceWith(article);
    upgradeTimes(article);
    this.#arrange();
    if (hadFocus) this.focus();
    if (wasAtBottom) this.#box.scrollTop = this.#box.scrollHeight;
    this.#changed();
  }

  /** The last entry of a person. */
  lastOf(person) {
    return this.#articles().findLast((article) => article.dataset.author === person && !article.matches(".message--removed"));
  }

  /** Show what this person is sending, at the end. */
  addPending(article) {
    this.#box.querySelector("[data-empty]")?.remove();
    this.#box.querySelector(".unread-line")?.remove();
    this.#box.append(article);
    upgradeTimes(article);
    this.#arrange();
    this.toBottom();
  }

  find(number) {
    return this.#box.querySelector(`article[data-number="${number}"]`);
  }

  /** The entry that is being sent under this key. */
  pending(key) {
    return key ? this.#box.querySelector(`article:not([data-number])[data-key="${CSS.escape(key)}"]`) : null;
  }

  /** Whether an entry with this key is already stored. */
  has(key) {
    return Boolean(this.#box.querySelector(`article[data-number][data-key="${CSS.escape(key)}"]`));
  }

  toBottom() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.look();
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  say(text) {
    this.#pane.querySelector("[data-spoken]").textContent = text;
  }

  /** Look at what is in view: what was seen, whether the button is needed, whether older ones are wanted. */
  look() {
    if (this.#isInView() && this.#isAtBottom()) {
      this.#unseen.clear();
      if (this.last) this.#onSeen(this.last);
    }
    const count = this.#unseen.size;
    this.#button.hidden = count === 0 || this.#isAtBottom();
    if (count) this.#button.textContent = this.#howMany(count);
    if (this.#isInView() && this.#box.scrollTop < NEARLY_AT_TOP && this.#box.scrollHeight > this.#box.clientHeight) this.#older();
  }

  // --- Older pages, above, with what one looks at kept in place.

  async #older() {
    const link = this.#box.querySelector("[data-older]");
    const first = Number(this.#articles()[0]?.dataset.number ?? 0);
    if (!link || this.#isLoading || first <= 1) return;
    this.#isLoading = true;
    link.setAttribute("aria-busy", "true");
    let hasLoaded = false;
    try {
      const answer = await fetch(`${this.#pane.dataset.url}?before=${first}`);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const older = entryOf(await answer.text());
      for (const extra of older.querySelectorAll(".day-separator, .unread-line")) extra.remove();
      upgradeTimes(older);
      const below = this.#box.scrollHeight - this.#box.scrollTop;
      link.parentElement.after(older);
      this.#catchUp();
      if (this.#articles()[0].dataset.number === "1") {
        if (document.activeElement === link) this.focus();
        link.parentElement.remove();
      }
      this.#arrange();
      this.#box.scrollTop = this.#box.scrollHeight - below;
      hasLoaded = true;
    } catch {
      toast("Older messages could not be loaded. Please try again.", "warning");
    } finally {
      link.removeAttribute("aria-busy");
      // A failing server is not asked again by the next pixel that is scrolled.
      setTimeout(() => {
        this.#isLoading = false;
        if (hasLoaded) this.look();
      }, 300);
    }
  }

  // --- Order, days, groups

  #articles() {
    return [...this.#box.querySelectorAll("article[data-number]")];
  }

  /** What changed while a page of the history was on its way. */
  #catchUp() {
    for (const [number, article] of this.#later) {
      if (!this.find(number)) continue;
      this.#later.delete(number);
      this.change(article.outerHTML);
    }
  }

  #place(article, number) {
    const before = this.#articles().findLast((other) => Number(other.dataset.number) < number);
    const older = this.#box.querySelector(".chat-older");
    if (before) before.after(article);
    else if (older) older.after(article);
    else this.#box.prepend(article);
  }

  #markNewFrom(article) {
    this.#box.querySelector(".unread-line")?.remove();
    const line = document.createElement("p");
    line.className = "unread-line";
    line.append(Object.assign(document.createElement("span"), { textContent: "New" }));
    article.before(line);
  }

  /** Put days between entries, by this browser's clock, and join what one person says in a row. */
  #arrange() {
    let before = null;
    for (const article of this.#box.querySelectorAll("article")) {
      const time = timeOf(article);
      const isNewDay = !before || dayOf(timeOf(before)) !== dayOf(time);
      this.#separate(article, isNewDay ? time : null);
      const isJoined =
        !isNewDay &&
        article.previousElementSibling === before &&
        article.dataset.author === before.dataset.author &&
        time - timeOf(before) < TOGETHER;
      article.classList.toggle("message--joined", isJoined);
      const head = article.querySelector(".message__head");
      head.classList.toggle("visually-hidden", isJoined);
      if (this.isOwn(article) && !head.querySelector(".message__you")) {
        const you = Object.assign(document.createElement("span"), { className: "message__you", textContent: "You" });
        head.querySelector("time").before(you);
      }
      this.#decorate(article);
      before = article;
    }
  }

  /** Have a separator with this day before an entry (and before the "New" line there), or none. */
  #separate(article, day) {
    let place = article;
    if (place.previousElementSibling?.matches(".unread-line")) place = place.previousElementSibling;
    let separator = place.previousElementSibling?.matches(".day-separator") ? place.previousElementSibling : null;
    if (!day) {
      separator?.remove();
      return;
    }
    if (!separator) {
      separator = Object.assign(document.createElement("p"), { className: "day-separator" });
      separator.append(document.createElement("span"));
      place.before(separator);
    }
    const words = dayInWords(day);
    if (separator.firstElementChild.textContent !== words) separator.firstElementChild.textContent = words;
  }

  // --- In view, read out

  #isAtBottom() {
    return this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight <= NEAR;
  }

  #isInView() {
    return document.visibilityState === "visible" && this.#box.clientHeight > 0;
  }

  #howMany(count) {
    return `${count} new ${this.#pane.dataset.pane}${count === 1 ? "" : "s"}`;
  }

  #speak(article) {
    this.#toSpeak.push(article);
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => {
      const arrived = this.#toSpeak.splice(0);
      if (arrived.length > 1) {
        this.say(this.#howMany(arrived.length));
        return;
      }
      const text = (selector) => arrived[0].querySelector(selector).textContent.trim();
      this.say(`${text(".message__author")}, ${text(".message__team")}: ${text(".message__body").slice(0, SPOKEN)}`);
    }, GATHER);
  }
}
