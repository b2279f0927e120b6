// The list of messages or notes: order, days, groups, scrolling, what was seen, what is read out.
// It shows a stretch of the conversation: the end, or what stands around a place that was asked for. Further pages load at both
// ends, and what is far from view is let go, so that ten thousand messages scroll like fifty.

import { language, upgradeTimes } from "../lib/times.js";
import { toast } from "../lib/toast.js";

const TOGETHER = 5 * 60_000; // one head serves what a person says within this time (as chat/conversation.py)
const NEAR = 40; // pixels from the bottom that still count as being there
const NEARLY_THERE = 240; // pixels from an end at which the next page is asked for
const MOST = 300; // entries that stay on the page
const SKELETON_AFTER = 100; // milliseconds
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
  #known = 0;
  #olderUnread = 0;

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
    this.#box.addEventListener("click", (event) => {
      const link = event.target.closest("[data-older], [data-newer]");
      if (!link) return;
      event.preventDefault();
      if (link.matches("[data-older]")) this.#older();
      else this.toBottom();
    });
    this.#known = Math.max(this.#lastShown, Number(pane.dataset.last));
    this.#olderUnread = read ? Math.max(0, this.#first - 1 - read) : 0;
    this.#arrange();
  }

  /** The highest number this page knows of, whether or not it shows it. */
  get last() {
    return this.#known;
  }

  get #first() {
    return Number(this.#articles()[0]?.dataset.number ?? 0);
  }

  get #lastShown() {
    return Number(this.#articles().at(-1)?.dataset.number ?? 0);
  }

  get #isAtTheEnd() {
    return this.#lastShown >= this.#known;
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
    return this.#unseen.size + this.#olderUnread;
  }

  /** Go to what was asked for by the address, else to the first unread one, else to the end. Once, when first shown. */
  begin() {
    const wanted = location.hash.length > 1 && this.#box.querySelector(`#${CSS.escape(location.hash.slice(1))}`);
    const start = wanted || this.#box.querySelector(".unread-line");
    this.#box.scrollTop = start ? start.offsetTop - (wanted ? this.#box.clientHeight / 3 : 24) : this.#box.scrollHeight;
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
    if (!this.#isAtTheEnd && number > this.#lastShown) return this.#wait(article, number);
    this.#known = Math.max(this.#known, number);
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
    if (wasAtBottom) {
      this.#letGo("older");
      this.#box.scrollTop = this.#box.scrollHeight;
    }
    this.look();
    this.#changed();
    return article;
  }

  /** Somebody wrote at the end while this page shows an earlier stretch: it is counted, and shown when one goes there. */
  #wait(article, number) {
    this.#known = Math.max(this.#known, number);
    if (!this.isOwn(article)) {
      this.#speak(article);
      this.#unseen.add(number);
    }
    const pending = this.pending(article.dataset.key);
    if (pending) {
      pending.remove();
      this.toBottom();
    }
    this.look();
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

  /** Go to the end; where this page shows an earlier stretch, the newest page takes its place. */
  async toBottom() {
    if (!this.#isAtTheEnd && !this.#isLoading) {
      await this.#load(`before=${this.#known + 1}`, (newest) => {
        for (const old of this.#box.querySelectorAll("article[data-number], .day-separator, .unread-line")) old.remove();
        this.#box.querySelector("[data-newer]")?.parentElement.remove();
        for (const article of newest.querySelectorAll("article")) this.pending(article.dataset.key)?.remove();
        this.#box.prepend(newest);
        this.#offer("older");
      });
    }
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
    if (this.#isInView() && this.#isAtBottom() && this.#isAtTheEnd) {
      this.#unseen.clear();
      this.#olderUnread = 0;
      if (this.last) this.#onSeen(this.last);
    }
    const count = this.#unseen.size;
    this.#button.hidden = count === 0 || (this.#isAtBottom() && this.#isAtTheEnd);
    if (count) this.#button.textContent = this.#howMany(count);
    if (!this.#isInView() || this.#box.scrollHeight <= this.#box.clientHeight) return;
    if (this.#box.scrollTop < NEARLY_THERE) this.#older();
    else if (!this.#isAtTheEnd && this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < NEARLY_THERE) this.#newer();
  }

  // --- Further pages, with what one looks at kept in place. Screen readers hear nothing of it.

  #older() {
    if (this.#first <= 1 || !this.#box.querySelector("[data-older]")) return;
    this.#load(`before=${this.#first}`, (older) => {
      this.#box.querySelector("[data-older]").parentElement.after(older);
      this.#offer("older");
      this.#letGo("newer");
    });
  }

  #newer() {
    this.#load(`after=${this.#lastShown}`, (newer) => {
      const last = this.#articles().at(-1);
      for (const article of newer.querySelectorAll("article")) {
        this.pending(article.dataset.key)?.remove();
        const number = Number(article.dataset.number);
        if (!this.isOwn(article) && number > Number(this.#pane.dataset.read)) this.#unseen.add(number);
      }
      last.after(newer);
      this.#offer("newer");
      this.#letGo("older");
    });
  }

  /** Ask for a page, and `put` it where it belongs. */
  async #load(which, put) {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const skeleton = setTimeout(() => this.#keepingPlace(() => this.#showSkeleton(which)), SKELETON_AFTER);
    let hasLoaded = false;
    try {
      const answer = await fetch(`${this.#pane.dataset.url}?${which}`);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = entryOf(await answer.text());
      for (const extra of page.querySelectorAll(".day-separator, .unread-line")) extra.remove();
      upgradeTimes(page);
      this.#keepingPlace(() => {
        this.#box.querySelector(".chat__skeleton")?.remove();
        put(page);
        this.#catchUp();
        this.#arrange();
      });
      hasLoaded = true;
      this.#changed();
    } catch {
      toast("More of the conversation could not be loaded. Please try again.", "warning");
    } finally {
      clearTimeout(skeleton);
      this.#box.querySelector(".chat__skeleton")?.remove();
      // A failing server is not asked again by the next pixel that is scrolled.
      setTimeout(
        () => {
          this.#isLoading = false;
          if (hasLoaded) this.look();
        },
        hasLoaded ? 50 : 1000,
      );
    }
  }

  #showSkeleton(which) {
    const skeleton = Object.assign(document.createElement("div"), { className: "chat__skeleton" });
    skeleton.setAttribute("aria-hidden", "true");
    for (let line = 0; line < 6; line += 1) skeleton.append(Object.assign(document.createElement("div"), { className: "skeleton" }));
    if (which.startsWith("before")) this.#box.prepend(skeleton);
    else this.#box.append(skeleton);
  }

  /** Change the list while the entry at the top of the view stays where it is. */
  #keepingPlace(change) {
    const top = this.#box.getBoundingClientRect().top;
    const anchor = this.#articles().find((article) => article.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    const { scrollTop } = this.#box;
    change();
    if (!anchor?.isConnected) return;
    this.#box.scrollTop = scrollTop; // wherever the browser moved meanwhile
    this.#box.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Have a link to what is older or newer, where there is more; without script it is an address. */
  #offer(which) {
    const link = this.#box.querySelector(`[data-${which}]`);
    const isNeeded = which === "older" ? this.#first > 1 : !this.#isAtTheEnd;
    if (link && !isNeeded) {
      if (document.activeElement === link) this.focus();
      link.parentElement.remove();
    }
    if (link || !isNeeded) return;
    const place = Object.assign(document.createElement("div"), { className: "chat-older" });
    const words = which === "older" ? "Show older" : "Show the newest";
    const made = Object.assign(document.createElement("a"), { className: "button button--small button--quiet", href: "#chat", textContent: words });
    made.dataset[which] = "";
    place.append(made);
    if (which === "older") this.#box.prepend(place);
    else this.#articles().at(-1).after(place);
  }

  /** Let go of what is further from view than anybody scrolls at once. */
  #letGo(which) {
    const articles = this.#articles();
    const extra = articles.length - MOST;
    if (extra <= 0) return;
    for (const article of which === "older" ? articles.slice(0, extra) : articles.slice(-extra)) article.remove();
    this.#clearLeftovers();
    this.#offer(which);
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
    const older = this.#box.querySelector("[data-older]")?.parentElement;
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
    this.#clearLeftovers();
  }

  /** Days and the "New" line with nothing after them go. */
  #clearLeftovers() {
    const isLeftover = (each) => !each.nextElementSibling?.matches("article, .unread-line");
    for (const each of [...this.#box.querySelectorAll(".day-separator, .unread-line")].reverse()) if (isLeftover(each)) each.remove();
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
      const files = [...arrived[0].querySelectorAll(".message__file-name")].map((name) => name.textContent.trim());
      const said = [text(".message__body").slice(0, SPOKEN), ...files].filter(Boolean).join(", ");
      this.say(`${text(".message__author")}, ${text(".message__team")}: ${said}`);
    }, GATHER);
  }
}
