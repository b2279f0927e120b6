// Signs of life: who is writing, and which colleagues are looking. They pass by; nothing is kept.

import { post } from "./post.js";

const TELL_EVERY = 3000; // milliseconds, while somebody writes
const LOOK_EVERY = 25_000;
const WRITES_FOR = 6500; // a browser that died says nothing more
const LOOKS_FOR = 60_000;

const together = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? ""));

/** People who are shown for a while. */
class People {
  #people = new Map();
  #lasts;
  #onChange;

  constructor(lasts, onChange) {
    this.#lasts = lasts;
    this.#onChange = onChange;
  }

  get names() {
    return [...this.#people.values()].map(({ name }) => name);
  }

  add(person, name) {
    clearTimeout(this.#people.get(person)?.timer);
    this.#people.set(person, { name, timer: setTimeout(() => this.remove(person), this.#lasts) });
    this.#onChange();
  }

  remove(person) {
    clearTimeout(this.#people.get(person)?.timer);
    if (this.#people.delete(person)) this.#onChange();
  }

  only(people) {
    for (const person of [...this.#people.keys()]) if (!people.some((other) => other.person === person)) this.remove(person);
    for (const { person, name } of people) this.add(person, name);
  }
}

export class Signs {
  #chat;
  #writing = new Map();
  #looking;

  constructor(chat) {
    this.#chat = chat;
    for (const pane of chat.querySelectorAll("[data-pane]")) this.#watch(pane);
    const place = chat.querySelector("[data-presence]");
    if (!place) return;
    this.#looking = new People(LOOKS_FOR, () => {
      const { names } = this.#looking;
      const who = names.length > 2 ? `${names.length} colleagues` : together(names);
      place.textContent = names.length ? `${who} ${names.length > 1 ? "are" : "is"} looking too` : "";
      place.title = names.length > 2 ? together(names) : "";
    });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#leave() : this.#look()));
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.#look());
    setInterval(() => this.#look(), LOOK_EVERY);
    this.#look();
  }

  /** Somebody's sign arrived. */
  take({ what, of, person, name }) {
    if (person === this.#chat.dataset.person) return;
    if (what === "writing") this.#writing.get(of)?.add(person, name);
    else if (what === "looking") this.#looking?.add(person, name);
    else if (what === "left") this.#looking?.remove(person);
  }

  /** What somebody was writing is here. */
  wrote(kind, person) {
    this.#writing.get(kind)?.remove(person);
  }

  #watch(pane) {
    const kind = pane.dataset.pane;
    const place = pane.querySelector("[data-typing]");
    const people = new People(WRITES_FOR, () => {
      const { names } = people;
      if (names.length > 1) place.textContent = `${names.length} people are writing`;
      else place.textContent = names.length ? `${names[0]} is writing` : "";
    });
    this.#writing.set(kind, people);
    if (!("showsTyping" in this.#chat.dataset)) return;
    let told = -TELL_EVERY;
    pane.querySelector("[data-composer] textarea")?.addEventListener("input", ({ target, timeStamp }) => {
      if (!target.value.trim() || target !== document.activeElement || timeStamp - told < TELL_EVERY) return;
      told = timeStamp;
      post(this.#chat.dataset.writingUrl, { kind });
    });
  }

  async #look() {
    if (document.hidden) return;
    const answer = await post(this.#chat.dataset.lookingUrl, {});
    if (answer?.ok && !answer.redirected) this.#looking.only((await answer.json()).others);
  }

  #leave() {
    post(this.#chat.dataset.lookingUrl, { gone: "1" });
  }
}
