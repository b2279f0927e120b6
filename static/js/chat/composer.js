// Where one writes: the draft, the keys, the length.

const TELL_FROM = 500; // characters left
const breaksWithEnter = matchMedia("(pointer: coarse)"); // on a touch screen Enter makes a new line

export class Composer {
  #form;
  #field;
  #error;
  #left;
  #memory;
  #max;
  #onSend;
  #onEditLast;
  #files = null;
  #editing = null; // what is being edited
  #button;
  #label;

  /**
   * `onSend(text)` takes the text over, or returns false to leave it where it is. `memory` keeps the draft.
   * `onEditLast()` is called by Up in an empty field.
   */
  constructor(form, { memory, onSend, onEditLast }) {
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#error = form.querySelector("[data-error]");
    this.#left = form.querySelector("[data-left]");
    this.#memory = memory;
    this.#max = Number(this.#field.dataset.max);
    this.#onSend = onSend;
    this.#onEditLast = onEditLast;
    this.#button = form.querySelector("[data-send]");
    this.#label = this.#button.textContent;

    form.querySelector("[data-keys]").hidden = breaksWithEnter.matches;
    if (!this.#field.value) this.#field.value = memory.read();
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    form.querySelector("[data-cancel]").addEventListener("click", () => {
      this.cancel();
      this.focus();
    });
    this.#changed();
  }

  /** What goes with the text (chat/files.js); with any of it the text may be empty. */
  set files(files) {
    this.#files = files;
  }

  get text() {
    return this.#field.value;
  }

  set text(text) {
    this.#field.value = text;
    // Tells whatever else looks after the field: its height where CSS cannot, the counter, the draft.
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Edit what was said; `save(text)` says why it could not be saved, or nothing. The draft comes back, then `onEnd()`. */
  edit(number, text, save, onEnd) {
    this.cancel();
    this.#editing = { number, save, onEnd, draft: this.#field.value };
    this.#form.querySelector("[data-editing]").hidden = false;
    this.#button.textContent = "Save";
    this.text = text;
    this.focus();
  }

  /** Leave an edit, if there is one, or one of this number, as it was. */
  cancel(number) {
    if (!this.#editing || (number && this.#editing.number !== number)) return;
    const { draft, onEnd } = this.#editing;
    this.#editing = null;
    this.#form.querySelector("[data-editing]").hidden = true;
    this.#button.textContent = this.#label;
    this.complain("");
    this.text = draft;
    onEnd?.();
  }

  async #submit() {
    if (this.#field.readOnly) return;
    const text = this.#field.value;
    const editing = this.#editing;
    const hasFiles = !editing && this.#files && !this.#files.isEmpty;
    if ((!text.trim() && !hasFiles) || this.#isTooLong()) {
      this.#field.focus();
      return;
    }
    if (hasFiles && this.#files.isWaiting) {
      this.complain("Not all files have arrived yet. Send it then, or take them out.");
      return;
    }
    if (!editing) {
      if ((await this.#onSend(text)) !== false && this.#field.value === text) this.text = "";
      return;
    }
    if (this.#button.disabled) return;
    this.#button.disabled = true;
    const why = await editing.save(text);
    this.#button.disabled = false;
    if (this.#editing !== editing) return;
    if (why) this.complain(why);
    else this.cancel();
  }

  focus() {
    this.#field.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  /** Nothing can be written any more, and why. What stands in the field can still be read and copied. */
  end(why) {
    this.cancel();
    this.#field.readOnly = true;
    this.#button.disabled = true;
    this.#form.classList.add("composer--ended");
    this.complain(why);
  }

  /** Say why something was not taken; the next keystroke takes the words away. */
  complain(words) {
    if (this.#error.textContent === words) return;
    this.#error.textContent = words;
    this.#error.hidden = !words;
    if (words) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }

  #changed() {
    if (!this.#editing) this.#memory.write(this.#field.value);
    if (!this.#isTooLong() && !this.#field.readOnly) this.complain("");
  }

  #isTooLong() {
    // The server counts characters as people do, not UTF-16 halves.
    const left = this.#max - [...this.#field.value.trim()].length;
    this.#left.hidden = left > TELL_FROM;
    this.#left.textContent = left < 0 ? `${(-left).toLocaleString()} too many` : `${left.toLocaleString()} left`;
    this.#left.classList.toggle("is-over", left < 0);
    if (left < 0) {
      this.complain(`A message holds ${this.#max.toLocaleString()} characters. Shorten it, or put the text in a file.`);
    }
    return left < 0;
  }

  #key(event) {
    // While an input method composes a word, Enter chooses it (229 is how older browsers say so).
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      if (this.#editing) this.cancel();
      else this.#field.blur();
    }
    if (event.key === "ArrowUp" && !this.#field.value && !this.#editing && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#onEditLast?.();
    }
    if (event.key !== "Enter") return;
    const always = event.ctrlKey || event.metaKey;
    if (!always && (event.shiftKey || event.altKey || breaksWithEnter.matches)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }
}
