// Files in the composer: they are sent ahead, and the message names them. A chip each says how far it is.

import { Uploader, sizeInWords, whyNot } from "../files/uploader.js";
import { toast } from "../lib/toast.js";

const MOST = 20; // as chat/actions.py

export class Files {
  #chat;
  #input;
  #list;
  #blank;
  #memory;
  #uploader;
  #largest;
  #say;
  #onChange;
  #items = []; // { file, id, name, size, chip, transfer }: with an id it has arrived

  /** `memory` keeps what has arrived with the draft; `onChange()` is called when something came, arrived or went. */
  constructor(form, { chat, person, memory, say, onChange }) {
    this.#chat = chat;
    this.#input = form.querySelector("[data-choose]");
    this.#list = form.querySelector("[data-files]");
    this.#blank = form.querySelector("template[data-file]");
    this.#memory = memory;
    this.#uploader = new Uploader({ url: form.dataset.uploads, person });
    this.#largest = Number(this.#input.dataset.largest);
    this.#say = say;
    this.#onChange = onChange;

    form.querySelector("[data-attach-files]").addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => {
      this.add([...this.#input.files]);
      this.#input.value = "";
    });
    form.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length) return;
      event.preventDefault();
      this.add(pasted);
    });
    this.#takeDrops(form.closest("[data-pane]"));
    addEventListener("beforeunload", (event) => this.#uploader.isBusy && event.preventDefault());
    this.put(memory.read());
  }

  /** What has arrived, in the order of the chips. */
  get arrived() {
    return this.#items.filter(({ id }) => id).map(({ id, name, size }) => ({ id, name, size }));
  }

  get isEmpty() {
    return this.#items.length === 0;
  }

  /** Whether some have not arrived: on their way, or failed. */
  get isWaiting() {
    return this.#items.some(({ id }) => !id);
  }

  /** Send files ahead. */
  add(files) {
    for (const file of files) {
      const why = whyNot(file, this.#largest);
      const isThere = this.#items.some((item) => item.file && item.file.name === file.name && item.file.size === file.size && item.file.lastModified === file.lastModified);
      if (why) toast(why, "warning");
      else if (this.#items.length >= MOST) toast(`A message carries at most ${MOST} files. Send the others in another one.`, "warning");
      else if (!isThere) this.#send(file);
    }
  }

  /** Have files again that have arrived before: of a draft, or of a message that was not taken. */
  put(files) {
    for (const { id, name, size } of files) {
      if (this.#items.some((item) => item.id === id)) continue;
      const item = this.#show({ file: null, id, name, size });
      this.#has(item, sizeInWords(size));
    }
    this.#changed();
  }

  /** They went with a message. */
  clear() {
    for (const { chip } of this.#items) chip.remove();
    this.#items = [];
    this.#changed();
  }

  #send(file) {
    const item = this.#show({ file, id: null, name: file.name, size: file.size });
    const bar = item.chip.querySelector("[data-progress]");
    const again = item.chip.querySelector("[data-again]");
    bar.max = file.size;
    bar.setAttribute("aria-label", `How much of ${file.name} has arrived`);
    again.setAttribute("aria-label", `Try ${file.name} again`);
    item.transfer = this.#uploader.add(file, {
      onProgress: (received, size) => {
        bar.value = received;
        this.#is(item, `${sizeInWords(received)} of ${sizeInWords(size)}`);
      },
      onWaiting: (why) => this.#is(item, why, "warning"),
      onDone: (attachment) => {
        item.id = attachment.id;
        item.name = attachment.name;
        this.#has(item, sizeInWords(file.size));
        this.#say(`“${item.name}” is ready to be sent.`);
        this.#changed();
        document.dispatchEvent(new CustomEvent("attachments:changed"));
      },
      onFailed: (why) => {
        bar.hidden = true;
        again.hidden = false;
        this.#is(item, why, "danger");
        this.#say(`“${item.name}” did not arrive. ${why}`);
      },
    });
    again.addEventListener("click", () => {
      again.hidden = true;
      bar.hidden = false;
      this.#is(item, "Waiting for its turn");
      item.transfer.retry();
    });
    this.#is(item, "Waiting for its turn");
    this.#changed();
  }

  #show(item) {
    item.chip = this.#blank.content.querySelector("li").cloneNode(true);
    item.chip.querySelector("[data-name]").textContent = item.name;
    const leave = item.chip.querySelector("[data-leave]");
    leave.setAttribute("aria-label", `Take out ${item.name}`);
    leave.title = "Take out";
    leave.addEventListener("click", () => this.#leave(item));
    this.#list.append(item.chip);
    this.#items.push(item);
    return item;
  }

  #has(item, words) {
    item.chip.querySelector("[data-progress]").hidden = true;
    this.#is(item, words);
  }

  #is(item, words, tone = "") {
    item.chip.querySelector("[data-state]").textContent = words;
    item.chip.dataset.tone = tone;
  }

  /** Not with this message. What has arrived belongs to the WorkStream by now, and is removed there. */
  #leave(item) {
    if (item.id) toast(`“${item.name}” stays with the attachments.`, "info");
    else {
      item.transfer.cancel();
      this.#uploader.keys.forget(item.file);
    }
    item.chip.remove();
    this.#items = this.#items.filter((other) => other !== item);
    this.#changed();
  }

  #changed() {
    this.#list.hidden = this.isEmpty;
    this.#memory.write(this.arrived);
    this.#onChange();
  }

  /** Files may be dropped anywhere on the chat, while this side of it is shown. */
  #takeDrops(pane) {
    const isForUs = (event) => !pane.hidden && event.dataTransfer?.types.includes("Files");
    this.#chat.addEventListener("dragover", (event) => {
      if (!isForUs(event)) return;
      event.preventDefault(); // or the browser would leave the page to show the file
      this.#chat.classList.add("is-drop-target");
    });
    for (const name of ["dragleave", "dragend", "drop"]) {
      this.#chat.addEventListener(name, (event) => {
        if (name !== "dragleave" || !this.#chat.contains(event.relatedTarget)) this.#chat.classList.remove("is-drop-target");
      });
    }
    this.#chat.addEventListener("drop", (event) => {
      if (!isForUs(event)) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }
}
