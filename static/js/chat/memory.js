// What this browser remembers of one person in one WorkStream: drafts and what was not sent. No side effects on import.

/** A small JSON store on localStorage; where storage is switched off it remembers for as long as the page is open. */
export class Memory {
  #prefix;
  #page = new Map();

  constructor(person, workstream) {
    this.#prefix = `chat.${person}.${workstream}.`;
  }

  read(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(this.#prefix + name)) ?? otherwise;
    } catch {
      return this.#page.get(name) ?? otherwise;
    }
  }

  /** Remember a value; an empty text or list is forgotten. */
  write(name, value) {
    try {
      if (value?.length) localStorage.setItem(this.#prefix + name, JSON.stringify(value));
      else localStorage.removeItem(this.#prefix + name);
    } catch {
      this.#page.set(name, value);
    }
  }
}
