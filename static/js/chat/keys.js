// Keys of the chat: the next and the previous unread WorkStream, and marking this one as unread.

import { mayUseKeys } from "../lib/keys.js";

export function listen(chat) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || !mayUseKeys(event)) return;
    if (event.key === "n" || event.key === "p") {
      event.preventDefault();
      location.assign(chat.dataset.unreadUrl + (event.key === "p" ? "&back=1" : ""));
    } else if (event.key === "U") {
      event.preventDefault();
      chat.querySelector("[data-mark-unread]")?.requestSubmit();
    }
  });
}
