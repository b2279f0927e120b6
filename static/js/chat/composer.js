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

  /** `onSend(text)` takes the text over, or returns false to leave it where it is. `memory` keeps the draft. */
  constructor(form, { memory, onSend }) {
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#error = form.querySelector("[data-error]");
    this.#left = form.querySelector("[data-left]");
    this.#memory = memory;
    this.#max = Number(this.#field.dataset.max);

    form.querySelector("[data-keys]").hidden = breaksWithEnter.matches;
    if (!this.#field.value) this.#field.value = memory.read();
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = this.#field.value;
      if (!text.trim() || this.#isTooLong()) {
        this.#field.focus();
        return;
      }
      if ((await onSend(text)) !== false && this.#field.value === text) this.text = "";
    });
    this.#changed();
  }

  get text() {
    return this.#field.value;
  }

  set text(text) {
    this.#field.value = text;
    // Tells whatever else looks after the field: its height where CSS cannot, the counter, the draft.
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  focus() {
    this.#field.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
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
    this.#memory.write(this.#field.value);
    if (!this.#isTooLong()) this.complain("");
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
    if (event.key === "Escape") this.#field.blur();
    if (event.key !== "Enter") return;
    const always = event.ctrlKey || event.metaKey;
    if (!always && (event.shiftKey || event.altKey || breaksWithEnter.matches)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }
}
