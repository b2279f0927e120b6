// Naming colleagues in a note: "@" opens a list of them; a chosen name is taken away as a whole.
// The text field stays the one that has the focus; aria-activedescendant says which option is current.

const ASK_AFTER = 150; // milliseconds after the last key
const BEGUN = /(^|[\s(])@([\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]*)?)$/u;

export class Mentions {
  #field;
  #list;
  #spoken;
  #url;
  #memory;
  #chosen;
  #current = -1;
  #asking;
  #asked = 0;

  /** `memory` keeps who was chosen with the draft. */
  constructor(form, { memory, say }) {
    this.#field = form.querySelector("textarea");
    this.#list = form.querySelector("[data-colleagues]");
    this.#url = this.#list.dataset.colleagues;
    this.#memory = memory;
    this.#spoken = say;
    this.#chosen = new Map(memory.read());
    this.#field.setAttribute("aria-autocomplete", "list");
    this.#field.setAttribute("aria-controls", this.#list.id);
    this.#field.addEventListener("input", () => this.#look());
    this.#field.addEventListener("keydown", (event) => this.#key(event), true);
    this.#field.addEventListener("blur", () => setTimeout(() => this.#close(), 150)); // a click on an option comes first
    this.#list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role='option']");
      if (!option) return;
      event.preventDefault(); // the focus stays in the field
      this.#choose(option);
    });
  }

  /** The ids of those whose names still stand in the text. */
  get ids() {
    return [...this.#chosen].filter(([name]) => this.#field.value.includes(`@${name}`)).map(([, id]) => id);
  }

  /** Begin anew with these, as [name, id]. */
  begin(people) {
    this.#chosen = new Map(people);
    this.#remember();
    this.#close();
  }

  get people() {
    return [...this.#chosen];
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  #look() {
    clearTimeout(this.#asking);
    const begun = this.#begun();
    if (!begun) {
      this.#close();
      return;
    }
    this.#asking = setTimeout(() => this.#ask(begun[2]), ASK_AFTER);
  }

  #begun() {
    const { selectionStart: at, selectionEnd, value } = this.#field;
    if (at !== selectionEnd) return null;
    const begun = BEGUN.exec(value.slice(Math.max(0, at - 80), at));
    return begun && [...this.#chosen.keys()].some((name) => begun[2].startsWith(name)) ? null : begun;
  }

  async #ask(q) {
    const turn = ++this.#asked;
    let people;
    try {
      const answer = await fetch(`${this.#url}?${new URLSearchParams({ q })}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      ({ people } = await answer.json());
    } catch {
      return; // the name can be typed all the same
    }
    if (turn !== this.#asked || !this.#begun() || document.activeElement !== this.#field) return;
    this.#list.replaceChildren(...people.map((person, place) => this.#option(person, place)));
    this.#list.hidden = people.length === 0;
    if (!people.length) {
      this.#close();
      return;
    }
    this.#go(0);
    this.#spoken(`${people.length} ${people.length === 1 ? "colleague" : "colleagues"}. Arrows move, Enter chooses.`);
  }

  #option({ id, name, role }, place) {
    const option = Object.assign(document.createElement("li"), { id: `${this.#list.id}-${place}`, className: "mention-list__option" });
    option.setAttribute("role", "option");
    option.dataset.person = id;
    option.dataset.name = name;
    option.append(
      Object.assign(document.createElement("span"), { textContent: name }),
      " ",
      Object.assign(document.createElement("span"), { textContent: role, className: "mention-list__role" }),
    );
    return option;
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Backspace" && !event.ctrlKey && !event.metaKey && this.#takeAway()) {
      event.preventDefault();
      return;
    }
    if (!this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#go(this.#current + step);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") this.#choose(this.#options[this.#current]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation(); // these keys mean something else to the composer
  }

  get #options() {
    return [...this.#list.children];
  }

  #go(place) {
    const options = this.#options;
    this.#current = (place + options.length) % options.length;
    for (const [number, option] of options.entries()) option.setAttribute("aria-selected", String(number === this.#current));
    const current = options[this.#current];
    this.#field.setAttribute("aria-activedescendant", current.id);
    current.scrollIntoView({ block: "nearest" });
  }

  #choose(option) {
    const { name, person } = option.dataset;
    const at = this.#field.selectionStart;
    const from = this.#field.value.slice(0, at).lastIndexOf("@");
    this.#chosen.set(name, person);
    this.#remember();
    this.#field.setRangeText(`@${name} `, from, at, "end");
    this.#close();
    this.#field.focus();
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Take a chosen name before the cursor away as a whole. */
  #takeAway() {
    const { selectionStart: at, selectionEnd, value } = this.#field;
    if (at !== selectionEnd) return false;
    const before = value.slice(0, at);
    for (const name of this.#chosen.keys()) {
      const token = [`@${name} `, `@${name}`].find((each) => before.endsWith(each));
      if (!token) continue;
      if (!value.replace(token, "").includes(`@${name}`)) this.#chosen.delete(name);
      this.#remember();
      this.#field.setRangeText("", at - token.length, at, "end");
      this.#field.dispatchEvent(new Event("input", { bubbles: true }));
      return true;
    }
    return false;
  }

  #close() {
    clearTimeout(this.#asking);
    this.#asked += 1;
    this.#current = -1;
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#field.removeAttribute("aria-activedescendant");
  }

  #remember() {
    this.#memory.write([...this.#chosen]);
  }
}
