// The chat widget of the WorkStream page: messages for everybody, notes beside them for the team.
// Entry module: loaded by templates/chat/_panel.html, never imported. One subject each in chat/.

import { Acts } from "./chat/acts.js";
import { Composer } from "./chat/composer.js";
import { Files } from "./chat/files.js";
import { listen } from "./chat/keys.js";
import { Log } from "./chat/log.js";
import { Memory } from "./chat/memory.js";
import { Mentions } from "./chat/mention.js";
import { Outbox } from "./chat/outbox.js";
import { post } from "./chat/post.js";
import { Seen } from "./chat/seen.js";
import { Signs } from "./chat/signs.js";
import { Stream } from "./chat/stream.js";
import { mayUseKeys } from "./lib/keys.js";

const READ_AFTER = 1000; // milliseconds: what is read within them is told at once
const LIKE_A_NOTE = /^\s*(@\p{L}|[[(]?(internal|note to self|team only)\b|fyi team\b)/iu;

function start(chat) {
  const memory = new Memory(chat.dataset.person, chat.dataset.chat);
  const tabs = [...chat.querySelectorAll("[role='tab']")];
  const warning = chat.querySelector("[data-warning]");
  const states = Object.fromEntries([...chat.querySelectorAll("template[data-state]")].map((each) => [each.dataset.state, each]));
  const sides = new Map();
  const title = document.title;
  const read = new Map();
  let reading;

  // --- What was read, and how much is new

  function seen(kind, last) {
    count();
    if (last <= (read.get(kind) ?? 0)) return;
    read.set(kind, last);
    reading ??= setTimeout(() => {
      reading = null;
      post(chat.dataset.readUrl, Object.fromEntries(read)); // where it is lost, the next look sends a higher mark
    }, READ_AFTER);
  }

  function count() {
    let all = 0;
    for (const [kind, { log }] of sides) {
      all += log.unseen;
      const badge = chat.querySelector(`[data-tab="${kind}"] [data-unread]`);
      if (!badge) continue;
      badge.hidden = log.unseen === 0;
      badge.textContent = log.unseen ? String(log.unseen) : "";
    }
    document.title = all ? `${title} (${all} unread)` : title;
  }

  // --- The sides

  for (const pane of chat.querySelectorAll("[data-pane]")) {
    const kind = pane.dataset.pane;
    const side = { pane, log: null, composer: null, outbox: null, acts: null };
    sides.set(kind, side);
    read.set(kind, Number(pane.dataset.read));
    side.log = new Log(pane, { person: chat.dataset.person, onSeen: (last) => seen(kind, last), decorate: (article) => side.acts?.decorate(article) });
    const form = pane.querySelector("[data-composer]");
    if (!form) continue;
    side.outbox = new Outbox({
      url: pane.dataset.url,
      log: side.log,
      blank: pane.querySelector("[data-blank]"),
      states,
      memory: slot(`${kind}.unsent`, []),
      onRefused(text, why, files) {
        if (!side.composer.text) side.composer.text = text;
        side.files?.put(files);
        side.composer.complain(why);
      },
    });
    side.composer = new Composer(form, {
      memory: slot(`${kind}.draft`, ""),
      async onSend(text) {
        if (kind === "message" && warning && LIKE_A_NOTE.test(text) && !(await isMeantForAll(text))) return false;
        side.outbox.send(text, side.mentions ? { mention: side.mentions.ids } : {}, side.files?.arrived);
        side.mentions?.begin([]);
        side.files?.clear();
        side.composer.text = "";
        return true;
      },
      onEditLast: () => side.acts.editLast(),
    });
    if (form.querySelector("[data-files]")) {
      side.files = new Files(form, {
        chat,
        person: chat.dataset.person,
        memory: slot(`${kind}.files`, []),
        say: (words) => side.log.say(words),
        onChange: () => side.composer.complain(""),
      });
      side.composer.files = side.files;
    }
    if (form.querySelector("[data-colleagues]")) {
      side.mentions = new Mentions(form, { memory: slot(`${kind}.named`, []), say: (words) => side.log.say(words) });
    }
    side.acts = new Acts(pane, {
      mentions: side.mentions,
      log: side.log,
      composer: side.composer,
      dialog: chat.querySelector("[data-removing]"),
      person: chat.dataset.person,
      moderates: "moderates" in chat.dataset,
    });
    side.outbox.restore();
    for (const prompts of pane.querySelectorAll(".prompts")) prompts.hidden = false;
    for (const prompt of pane.querySelectorAll("[data-prompt]")) {
      prompt.addEventListener("click", () => {
        side.composer.text = prompt.dataset.prompt;
        side.composer.focus();
      });
    }
  }

  function slot(name, otherwise) {
    return { read: () => memory.read(name, otherwise), write: (value) => memory.write(name, value) };
  }

  async function isMeantForAll(text) {
    if (warning.open) return false;
    warning.returnValue = "";
    warning.showModal();
    await new Promise((resolve) => warning.addEventListener("close", resolve, { once: true }));
    if (warning.returnValue === "note") {
      sides.get("message").composer.text = "";
      show("note");
      sides.get("note").composer.text = text;
    }
    sides.get(warning.returnValue === "note" ? "note" : "message").composer.focus();
    return warning.returnValue === "send";
  }

  // The dialog itself is opened by frame.js, and by nobody where a new tab was asked for.
  chat.addEventListener("click", (event) => {
    const link = event.target.closest("[data-look]");
    if (link) window.htmx.ajax("GET", link.getAttribute("href"), { target: "#preview-content", swap: "outerHTML" });
  });

  // --- Chat / Notes

  const shown = () => [...sides].find(([, { pane }]) => !pane.hidden)[0];

  function show(kind) {
    for (const [name, { pane }] of sides) pane.hidden = name !== kind;
    chat.classList.toggle("chat--notes", kind === "note");
    for (const tab of tabs) {
      const isShown = tab.dataset.tab === kind;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
    }
    begin(kind);
  }

  const begun = new Set();
  function begin(kind) {
    const { log } = sides.get(kind);
    if (begun.has(kind)) log.look();
    else log.begin();
    begun.add(kind);
  }

  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      show(tab.dataset.tab);
      history.replaceState(history.state, "", tab.href);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(tab), End: tabs.length - 1 - tabs.indexOf(tab) }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
      next.focus();
      next.click();
    });
  }
  if (tabs.length) {
    // Only while the focus is in the chat and not in a field, so that no key is taken from anybody's assistive tool.
    chat.addEventListener("keydown", (event) => {
      if (event.key !== "t" || !mayUseKeys(event)) return;
      event.preventDefault();
      const next = tabs.find((tab) => tab.dataset.tab !== shown());
      next.click();
      next.focus();
    });
  }

  show(shown());
  count();
  listen(chat);
  goToWhatIsNotHere();

  // A link to a message further up opens the page around it.
  function goToWhatIsNotHere() {
    const [, kind, number] = /^#(message|note)-(\d{1,9})$/.exec(location.hash) ?? [];
    const log = sides.get(kind)?.log;
    const address = new URL(location);
    if (!log || log.find(number) || Number(number) > log.last || address.searchParams.has("at")) return;
    if (kind === "note") address.searchParams.set("conversation", "notes");
    address.searchParams.set("at", number);
    location.replace(address);
  }

  // --- Live

  for (const name of ["visibilitychange", "focusin"]) {
    document.addEventListener(name, () => sides.get(shown()).log.look());
  }
  // The section may be shown later (tabs of the page on a narrow screen); only then there is an end to scroll to.
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.height > 0 && !chat.dataset.begun) {
      chat.dataset.begun = "";
      sides.get(shown()).log.begin();
    }
  }).observe(chat);

  const signs = new Signs(chat);
  const seenBy = new Seen(chat, new Map([...sides].map(([kind, { log }]) => [kind, log])));

  const filesChanged = () => document.dispatchEvent(new Event("attachments:changed"));
  let hasOpened = false;
  let why = "";

  new Stream(chat.dataset.live, {
    after: () => [...sides.values()].map(({ log }) => log.mark).join("."),
    onEntry: (kind, html) => {
      const article = sides.get(kind)?.log.add(html);
      if (article) {
        signs.wrote(kind, article.dataset.author);
        seenBy.wrote(kind, article);
      }
      count();
    },
    onChange: (kind, html) => sides.get(kind)?.log.change(html),
    onOpen() {
      seenBy.load();
      if (hasOpened) filesChanged(); // a sign may have passed by while nobody listened
      hasOpened = true;
    },
    onSigns(all) {
      for (const sign of all) {
        if (sign.what === "files") filesChanged();
        signs.take(sign);
        seenBy.take(sign);
      }
    },
    async mayGoOn() {
      try {
        const answer = await fetch(`${sides.get("message").pane.dataset.url}?after=${sides.get("message").log.last}`);
        if (answer.redirected) why = "You were signed out. Sign in again to go on writing.";
        else if ([403, 404].includes(answer.status)) why = "You no longer take part in this WorkStream, so nothing more can be written here.";
        return !why;
      } catch {
        return true; // no answer at all says nothing about the person
      }
    },
    onEnd() {
      // What was written stays in its field: it can be read and copied, and the browser keeps it.
      for (const { composer, acts } of sides.values()) {
        composer?.end(why);
        acts?.end();
      }
      for (const button of chat.querySelectorAll("[data-prompt], [data-retry]")) button.disabled = true;
    },
  });
}

document.querySelectorAll("[data-chat]").forEach(start);
