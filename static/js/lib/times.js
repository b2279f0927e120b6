// Times in the reader's own zone, written as the page's language writes them: the server's own dates stand beside them.
// No side effects: import it from any module, as often as you like.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const language = document.documentElement.lang || undefined;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const dayWithYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

/** "now", "4 minutes ago", "in 3 hours" up to a day away, then the date. */
export function spoken(date, now = new Date()) {
  const seconds = Math.round((date - now) / 1000);
  const away = Math.abs(seconds);
  if (away < MINUTE) return "now";
  if (away < HOUR) return relative.format(Math.trunc(seconds / MINUTE), "minute");
  if (away < DAY) return relative.format(Math.trunc(seconds / HOUR), "hour");
  return (date.getFullYear() === now.getFullYear() ? day : dayWithYear).format(date);
}

function inWords(kind, date) {
  if ("clock" in kind) return clock.format(date);
  return "weekday" in kind ? weekday.format(date) : spoken(date);
}

/** Write every <time datetime> with data-relative, data-clock or data-weekday under `root` for its reader. */
export function upgradeTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime]:is([data-relative], [data-clock], [data-weekday])")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = inWords(element.dataset, date);
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = full.format(date);
  }
}
