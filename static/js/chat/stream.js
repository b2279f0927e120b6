// The live stream of one open page. Browsers reconnect by themselves; this notices what they do not.

const HIDDEN_FOR = 60_000; // a page out of sight gives its connection back
const SILENT_FOR = 45_000; // the server says something every 15 seconds; a dead connection says nothing
const SAY_AFTER = 3000; // a short break is nobody's business
const PAUSES = [1000, 2000, 4000, 8000];

export class Stream {
  #url;
  #after;
  #onEntry;
  #onOpen;
  #onSigns;
  #onChange;
  #onEnd;
  #mayGoOn;
  #source = null;
  #isOver = false;
  #failures = 0;
  #timers = {};
  #strip = document.getElementById("connection-strip");

  /**
   * `after()` says what the page has; `onEntry(kind, html)` and `onChange(kind, html)` get the rest,
   * `onSigns(list)` what passes by; `onOpen()` is called whenever signs may have been missed. `mayGoOn()` asks the server, after an answer
   * the browser does not explain, whether this person still may read; `onEnd()` is called when not.
   */
  constructor(url, { after, onEntry, onChange, onOpen, onSigns, onEnd, mayGoOn }) {
    this.#url = url;
    this.#after = after;
    this.#onEntry = onEntry;
    this.#onChange = onChange;
    this.#onOpen = onOpen;
    this.#onSigns = onSigns;
    this.#onEnd = onEnd;
    this.#mayGoOn = mayGoOn;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.#timers.hidden);
      if (document.hidden) this.#timers.hidden = setTimeout(() => this.close(), HIDDEN_FOR);
      else if (!this.#source) this.open();
    });
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    addEventListener("online", () => this.open());
    this.open();
  }

  open() {
    this.close();
    if (this.#isOver) return;
    const source = new EventSource(`${this.#url}?after=${this.#after()}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#works();
      this.#onOpen();
    });
    source.addEventListener("signs", (event) => this.#onSigns(JSON.parse(event.data)));
    source.addEventListener("beat", () => this.#works());
    source.addEventListener("end", () => {
      // The session of this stream is over; this person may have another by now.
      this.close();
      this.#later();
    });
    for (const kind of ["message", "note"]) {
      source.addEventListener(kind, (event) => {
        this.#works();
        this.#onEntry(kind, JSON.parse(event.data).html);
      });
      source.addEventListener(`${kind}_changed`, (event) => {
        this.#works();
        this.#onChange(kind, JSON.parse(event.data).html);
      });
    }
    source.addEventListener("error", () => {
      this.#broken();
      // Closed for good means an answer that is no stream: signed out, removed, or the server in trouble.
      if (source.readyState === EventSource.CLOSED && this.#source === source) this.#later();
    });
    this.#listen();
  }

  close() {
    this.#source?.close();
    this.#source = null;
    for (const name of ["silent", "later", "say"]) clearTimeout(this.#timers[name]);
  }

  #works() {
    this.#failures = 0;
    clearTimeout(this.#timers.say);
    this.#timers.say = null;
    this.#strip.hidden = true;
    this.#listen();
  }

  #broken() {
    this.#timers.say ??= setTimeout(() => (this.#strip.hidden = false), SAY_AFTER);
  }

  #listen() {
    clearTimeout(this.#timers.silent);
    this.#timers.silent = setTimeout(() => {
      this.#broken();
      this.open();
    }, SILENT_FOR);
  }

  #later() {
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)] * (0.75 + Math.random() / 2);
    clearTimeout(this.#timers.later);
    this.#timers.later = setTimeout(async () => {
      const answer = await this.#mayGoOn();
      if (answer === false) this.#end();
      else if (!document.hidden) this.open();
    }, pause);
  }

  #end() {
    this.#isOver = true;
    this.close();
    this.#strip.hidden = true;
    this.#onEnd();
  }
}
