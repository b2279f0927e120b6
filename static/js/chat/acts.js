// What its author can do with a message or note: edit it for ten minutes, remove it at any time.

import { toast } from "../lib/toast.js";
import { token } from "./post.js";

const EDIT_FOR = 10 * 60_000; // as chat/rules.py; the server's clock decides
const LOOK_EVERY = 10_000;
const PATIENCE = 15_000;

export class Acts {
  #log;
  #composer;
  #mentions;
  #template;
  #dialog;
  #person;
  #moderates;

  /** `template` holds the links of entry 0; `dialog` asks before something is removed; `moderates` whoever may remove all. */
  constructor(pane, { log, composer, mentions, dialog, person, moderates }) {
    this.#log = log;
    this.#composer = composer;
    this.#mentions = mentions;
    this.#template = pane.querySelector("[data-acts-template]");
    this.#dialog = dialog;
    this.#person = person;
    this.#moderates = moderates;
    pane.querySelector("[data-log]").addEventListener("click", (event) => {
      const link = event.target.closest("[data-edit], [data-remove]");
      if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      if (link.matches("[data-edit]")) this.#edit(link.closest("article"));
      else this.#remove(link);
    });
    setInterval(() => this.#forgetOld(pane), LOOK_EVERY);
  }

  /** Give an entry its links, if it is this person's, or they may remove anybody's. */
  decorate(article) {
    if (!this.#template || !article.dataset.number || article.querySelector("[data-acts]")) return;
    const isOwn = article.dataset.author === this.#person;
    if (!(isOwn || (this.#moderates && article.dataset.author)) || article.matches(".message--removed")) return;
    const acts = this.#template.content.cloneNode(true);
    for (const link of acts.querySelectorAll("a")) link.href = link.getAttribute("href").replace("/0/", `/${article.dataset.number}/`);
    if (!isOwn || isOld(article)) acts.querySelector("[data-edit]").remove();
    article.querySelector(".message__content").append(acts);
  }

  /** Edit the last one this person wrote, if it is not too late. */
  editLast() {
    const article = this.#log.lastOf(this.#person);
    if (article?.querySelector("[data-edit]") && !isOld(article)) this.#edit(article);
  }

  /** Nothing can be done any more. */
  end() {
    this.#template = null;
    for (const acts of this.#log.box.querySelectorAll("[data-acts]")) acts.remove();
  }

  async #edit(article) {
    const { href } = article.querySelector("[data-edit]");
    const { content, why } = await ask(href);
    if (!content) {
      toast(why, "warning");
      return;
    }
    const before = this.#mentions?.people;
    const save = async (text) => {
      const data = [["body", text], ["change", content.change], ["names", "on"]];
      for (const id of this.#mentions?.ids ?? []) data.push(["mention", id]);
      const saved = await ask(href, data);
      if (!saved.content) return saved.why;
      this.#log.change(saved.content.html);
      return "";
    };
    this.#composer.edit(article.dataset.number, content.body, save, () => this.#mentions?.begin(before));
    this.#mentions?.begin(content.people.map(({ name, id }) => [name, id]));
  }

  async #remove(link) {
    const { href } = link; // the entry may be another element by then
    if (this.#dialog.open) return;
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    await new Promise((resolve) => this.#dialog.addEventListener("close", resolve, { once: true }));
    if (this.#dialog.returnValue !== "remove") return;
    const { content, why } = await ask(href, {});
    if (content) this.#log.change(content.html);
    else toast(why, "warning");
    this.#log.focus();
  }

  #forgetOld(pane) {
    for (const link of pane.querySelectorAll("[data-edit]")) {
      if (isOld(link.closest("article"))) link.remove();
    }
  }
}

const isOld = (article) => Date.now() - new Date(article.querySelector("time").dateTime) > EDIT_FOR;

/** The server's answer as `{content}`, or why there is none as `{why}`. */
async function ask(url, data) {
  try {
    const answer = await fetch(url, {
      method: data ? "POST" : "GET",
      headers: { Accept: "application/json", ...(data && { "X-CSRFToken": token() }) },
      body: data && new URLSearchParams(data),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    const content = answer.redirected ? null : await answer.json();
    if (answer.ok && content) return { content };
    return { why: content?.message ?? "You were signed out. Reload the page." };
  } catch {
    return { why: "The server could not be reached. Please try again." };
  }
}
