// What is being sent. Every text gets a key and is kept until the server has it: sending the same key twice is harmless.

import { token } from "./post.js";

const PATIENCE = 15_000; // milliseconds

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // pages without https have no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function listOf(files) {
  const list = Object.assign(document.createElement("ul"), { className: "message__files" });
  for (const { name } of files) {
    const item = Object.assign(document.createElement("li"), { className: "message__file" });
    item.append(Object.assign(document.createElement("bdi"), { className: "message__file-name", textContent: name }));
    list.append(item);
  }
  return list;
}

export class Outbox {
  #url;
  #log;
  #blank;
  #states;
  #memory;
  #onRefused;
  #line = Promise.resolve(); // one after the other, so that the server numbers them as they were written

  /** `blank` is this person's empty entry; `onRefused(text, why, files)` gets back what the server will not take. */
  constructor({ url, log, blank, states, memory, onRefused }) {
    this.#url = url;
    this.#log = log;
    this.#blank = blank;
    this.#states = states;
    this.#memory = memory;
    this.#onRefused = onRefused;
  }

  /** Show what an earlier page could not send. */
  restore() {
    for (const entry of this.#memory.read()) {
      if (this.#log.has(entry.key)) this.#forget(entry);
      else {
        this.#log.addPending(this.#articleOf(entry));
        this.#failed(entry);
      }
    }
  }

  /** `more` is what goes with the text, as lists of values by name; `files` has arrived, each with id, name and size. */
  send(text, more = {}, files = []) {
    const entry = { key: newKey(), text, more, files, at: new Date().toISOString() };
    this.#memory.write([...this.#memory.read(), entry]);
    this.#log.addPending(this.#articleOf(entry));
    this.#deliver(entry);
  }

  #deliver(entry) {
    this.#show(entry, "sending");
    this.#line = this.#line.then(() => this.#post(entry));
  }

  async #post(entry) {
    let answer;
    let content;
    try {
      answer = await fetch(this.#url, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token() },
        body: new URLSearchParams([
          ["body", entry.text],
          ["client_key", entry.key],
          ...(entry.files ?? []).map(({ id }) => ["attached", id]),
          ...Object.entries(entry.more ?? {}).flatMap(([name, values]) => values.map((value) => [name, value])),
        ]),
        signal: AbortSignal.timeout?.(PATIENCE),
      });
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      content = isJson && !answer.redirected ? await answer.json() : null;
    } catch {
      this.#failed(entry);
      return;
    }
    if (answer.ok && content) {
      this.#forget(entry);
      this.#log.add(content.html);
      this.#sent(content.number);
    } else if (content && answer.status < 500) {
      this.#discard(entry);
      this.#onRefused(entry.text, content.message, entry.files ?? []);
    } else if (answer.redirected || answer.status === 403) {
      this.#failed(entry, "Not sent: you were signed out. Reload the page; your text is kept.");
    } else {
      this.#failed(entry);
    }
  }

  #articleOf(entry) {
    const article = this.#blank.content.querySelector("article").cloneNode(true);
    article.removeAttribute("id");
    article.removeAttribute("data-number");
    article.dataset.key = entry.key;
    article.querySelector(".message__body").textContent = entry.text;
    if (entry.files?.length) article.querySelector(".message__body").after(listOf(entry.files));
    article.querySelector("time").dateTime = entry.at;
    return article;
  }

  #failed(entry, why) {
    const state = this.#show(entry, "failed");
    if (!state) return; // the stream brought it meanwhile: the server had taken it
    if (why) state.querySelector("[data-why]").textContent = why;
    state.querySelector("[data-retry]").addEventListener("click", () => this.#deliver(entry));
    state.querySelector("[data-discard]").addEventListener("click", () => this.#discard(entry));
    this.#log.say(why ?? "Your message was not sent.");
  }

  #sent(number) {
    for (const old of document.querySelectorAll(".message__state--sent")) old.remove();
    const state = this.#stateOf("sent");
    state.classList.add("message__state--sent");
    this.#log.find(number)?.querySelector(".message__content").append(state);
  }

  #discard(entry) {
    this.#forget(entry);
    this.#log.pending(entry.key)?.remove();
  }

  #forget(entry) {
    this.#memory.write(this.#memory.read().filter((other) => other.key !== entry.key));
  }

  #show(entry, name) {
    const article = this.#log.pending(entry.key);
    if (!article) {
      this.#forget(entry);
      return null;
    }
    article.classList.toggle("message--sending", name === "sending");
    article.classList.toggle("message--failed", name === "failed");
    article.querySelector(".message__state")?.remove();
    const state = this.#stateOf(name);
    article.querySelector(".message__content").append(state);
    return state;
  }

  #stateOf(name) {
    const state = Object.assign(document.createElement("div"), { className: "message__state" });
    state.append(this.#states[name].content.cloneNode(true));
    return state;
  }
}
