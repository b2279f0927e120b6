// Short word at the foot of the page, read out politely. Never the only record of anything. No side effects on import.

const STAYS = 7000;

/** Show `text` for a few seconds. `tone` is "info", "success", "warning" or "danger". */
export function toast(text, tone = "info") {
  const region = document.getElementById("toasts");
  if (!region) return;
  const notice = document.createElement("div");
  notice.className = `notice notice--${tone}`;
  const words = document.createElement("p");
  words.className = "notice__text";
  words.textContent = text;
  notice.append(words);
  region.append(notice);
  setTimeout(() => notice.remove(), STAYS);
}
