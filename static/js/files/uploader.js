// Sending files in pieces: what has arrived stays, so a broken connection, a reload or a restarted server only delays.
// No side effects on import. The chat sends what it attaches with it too:
//
//   const uploader = new Uploader({ url: "/api/v1/workstreams/.../uploads/", person: "..." });
//   const transfer = uploader.add(file, { kind: "other", onProgress(received, size), onWaiting(why), onDone(attachment), onFailed(why) });
//   transfer.cancel(); transfer.retry();

const AT_ONCE = 2;
const FIRST_PIECE = 128 * 1024; // grows while the line is quick, so that progress shows and little is sent twice
const QUICK = 700; // milliseconds
const PATIENCE = 60_000;
const PAUSES = [1000, 2000, 4000, 8000, 15_000];
const FORGET_AFTER = 24 * 3600 * 1000; // the server does, too

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing where there is no https
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

class Refused extends Error {}
class Cancelled extends Error {}

/** The keys of files that are under way, so that choosing the same file again goes on where it stopped. */
class Keys {
  #place;

  constructor(place) {
    this.#place = place;
  }

  of(file) {
    const all = this.#read();
    const name = this.#name(file);
    all[name] ??= { key: newKey(), at: Date.now() };
    this.#write(all);
    return all[name].key;
  }

  forget(file) {
    const all = this.#read();
    delete all[this.#name(file)];
    this.#write(all);
  }

  /** The names of files that an earlier page did not finish. */
  names() {
    return Object.keys(this.#read()).map((name) => JSON.parse(name)[0]);
  }

  forgetAll() {
    this.#write({});
  }

  #name(file) {
    return JSON.stringify([file.name, file.size, file.lastModified]);
  }

  #read() {
    try {
      const all = Object.entries(JSON.parse(localStorage.getItem(this.#place)) ?? {});
      return Object.fromEntries(all.filter(([, { at }]) => Date.now() - at < FORGET_AFTER));
    } catch {
      return {};
    }
  }

  #write(all) {
    try {
      if (Object.keys(all).length) localStorage.setItem(this.#place, JSON.stringify(all));
      else localStorage.removeItem(this.#place);
    } catch {
      // Not remembered in this browser: after a reload the file begins anew.
    }
  }
}

class Transfer {
  #uploader;
  #upload = null;
  #failures = 0;
  #piece = FIRST_PIECE;
  #stop = new AbortController();
  isOver = false;

  constructor(uploader, file, told) {
    this.#uploader = uploader;
    this.file = file;
    this.told = told;
  }

  /** Give it up; what has arrived is deleted. */
  cancel() {
    if (this.isOver) return;
    this.isOver = true;
    this.#stop.abort();
    this.#uploader.keys.forget(this.file);
    if (this.#upload) this.#fetch("DELETE", this.#address).catch(() => {}); // the server forgets it after a day anyway
    this.#uploader.next(this);
  }

  /** Try once more after it failed. */
  retry() {
    this.isOver = false;
    this.#uploader.wait(this);
  }

  async run() {
    this.#stop = new AbortController();
    try {
      this.#upload = await this.#insist("POST", this.#uploader.url, () => JSON.stringify(this.#begin()));
      this.#told();
      while (this.#upload.received < this.#upload.size) await this.#sendPiece();
      const attachment = this.#upload.attachment ?? (await this.#insist("POST", `${this.#address}finish/`));
      this.isOver = true;
      this.#uploader.keys.forget(this.file);
      this.told.onDone?.(attachment);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.isOver = true;
      this.told.onFailed?.(error instanceof Refused ? error.message : "Something went wrong on this page. Please try again.");
      if (!(error instanceof Refused)) throw error;
    } finally {
      this.#uploader.next(this);
    }
  }

  get #address() {
    return `${this.#uploader.url}${this.#upload.id}/`;
  }

  #begin() {
    const { kind = "other", note = "", request = null } = this.told;
    return { name: this.file.name, size: this.file.size, kind, note, request, client_key: this.#uploader.keys.of(this.file) };
  }

  #told() {
    this.told.onProgress?.(this.#upload.received, this.#upload.size);
  }

  async #sendPiece() {
    const { received } = this.#upload;
    const end = Math.min(received + Math.min(this.#piece, this.#upload.piece_size), this.#upload.size);
    let bytes;
    try {
      bytes = await this.file.slice(received, end).arrayBuffer();
    } catch {
      throw new Refused("This file cannot be read any more. It was moved or changed; choose it again.");
    }
    const began = performance.now();
    this.#upload = await this.#insist("PUT", `${this.#address}?offset=${received}`, () => bytes);
    this.#piece = performance.now() - began < QUICK ? this.#piece * 2 : Math.max(FIRST_PIECE, this.#piece / 2);
    this.#piece = Math.min(this.#piece, this.#upload.piece_size);
    this.#told();
  }

  /** Ask until the server answers. Raises Refused with the server's sentence when the answer is no. */
  async #insist(method, url, body) {
    for (;;) {
      let answer;
      try {
        answer = await this.#fetch(method, url, body?.(), this.#stop.signal);
      } catch (error) {
        if (this.#stop.signal.aborted) throw new Cancelled();
        await this.#pause(navigator.onLine ? "The portal cannot be reached. It goes on by itself." : "You are offline. It goes on by itself.");
        continue;
      }
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      const content = isJson ? await answer.json().catch(() => null) : null;
      if (answer.ok && content) {
        this.#failures = 0;
        return content;
      }
      if (content?.code === "wrong_place") return this.#insist("GET", this.#address);
      if (answer.status >= 500 || content?.code === "too_many_requests" || content?.code === "busy") {
        await this.#pause("The portal is busy. It goes on by itself.", Number(answer.headers.get("Retry-After")) * 1000);
        continue;
      }
      if (answer.redirected || answer.status === 401 || content?.code === "csrf_failed") {
        throw new Refused("You were signed out. Sign in and choose the file again; what has arrived is kept.");
      }
      if (answer.status === 404) {
        this.#uploader.keys.forget(this.file);
        throw new Refused("This upload is not there any more. Try again, or reload the page.");
      }
      throw new Refused(this.#sentence(content));
    }
  }

  #sentence(content) {
    const [first] = Object.values(content?.fields ?? {}).flat();
    return first ?? content?.message ?? "The portal did not take this file.";
  }

  #fetch(method, url, body, stop) {
    const patience = AbortSignal.timeout?.(PATIENCE);
    return fetch(url, {
      method,
      headers: {
        Accept: "application/json",
        "X-CSRFToken": token(),
        ...(body === undefined ? {} : { "Content-Type": typeof body === "string" ? "application/json" : "application/octet-stream" }),
      },
      body,
      signal: stop && patience && AbortSignal.any ? AbortSignal.any([stop, patience]) : (stop ?? patience),
    });
  }

  /** Wait a while, longer each time; shorter when the browser says that it is online again. */
  #pause(why, atLeast = 0) {
    this.told.onWaiting?.(why);
    const pause = Math.max(atLeast, PAUSES[Math.min(this.#failures++, PAUSES.length - 1)]);
    return new Promise((resolve, reject) => {
      const stop = this.#stop.signal;
      const done = (settle) => () => {
        clearTimeout(timer);
        removeEventListener("online", goOn);
        stop.removeEventListener("abort", end);
        settle();
      };
      const goOn = done(resolve);
      const end = done(() => reject(new Cancelled()));
      const timer = setTimeout(goOn, pause * (0.75 + Math.random() / 2));
      addEventListener("online", goOn);
      stop.addEventListener("abort", end);
    });
  }
}

export class Uploader {
  #waiting = [];
  #running = new Set();

  /** `url` is where uploads of one WorkStream begin; `person` keeps apart those who share a browser. */
  constructor({ url, person }) {
    this.url = url;
    this.keys = new Keys(`files.${person}.${url}`);
  }

  /** Whether something is still on its way. */
  get isBusy() {
    return this.#running.size + this.#waiting.length > 0;
  }

  /** Send a file. `kind`, `note` and `request` may be set; `onProgress`, `onWaiting`, `onDone`, `onFailed` are told. */
  add(file, told = {}) {
    const transfer = new Transfer(this, file, told);
    this.wait(transfer);
    return transfer;
  }

  wait(transfer) {
    this.#waiting.push(transfer);
    this.next();
  }

  next(ended) {
    if (ended) {
      this.#running.delete(ended);
      this.#waiting = this.#waiting.filter((other) => other !== ended);
    }
    while (this.#running.size < AT_ONCE && this.#waiting.length) {
      const transfer = this.#waiting.shift();
      this.#running.add(transfer);
      transfer.run();
    }
  }
}

/** Why a file cannot be sent, before anything of it is; empty when it can. */
export function whyNot(file, largest) {
  if (file.size === 0) return `“${file.name}” is empty, so there is nothing to add.`;
  if (file.size > largest) return `“${file.name}” has ${sizeInWords(file.size)}; a file may have up to ${sizeInWords(largest)}.`;
  return "";
}

export function sizeInWords(size) {
  if (size < 1000) return `${size} byte${size === 1 ? "" : "s"}`;
  if (size < 1e6) return `${Math.round(size / 1000)} kB`;
  return size < 1e9 ? `${(size / 1e6).toFixed(size % 1e6 ? 1 : 0)} MB` : `${(size / 1e9).toFixed(1)} GB`;
}
