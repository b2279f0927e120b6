// Intercom's Messenger, for clients, where an operator has switched it on. Its script comes from Intercom, which is the one
// exception from "nothing from elsewhere"; whatever is called before it has arrived is queued for it.

const settings = JSON.parse(document.getElementById("messenger").textContent);

if (typeof window.Intercom !== "function") {
  const queue = (...call) => queue.q.push(call);
  queue.q = [];
  queue.c = (call) => queue.q.push(call);
  window.Intercom = queue;
  const script = Object.assign(document.createElement("script"), {
    async: true,
    src: `https://widget.intercom.io/widget/${encodeURIComponent(settings.app_id)}`,
  });
  // Away or blocked: the page has a chat of its own.
  script.addEventListener("error", () => script.remove());
  document.head.append(script);
}
window.Intercom("boot", settings);

// Whoever signs out on a shared machine leaves no conversation behind.
for (const form of document.querySelectorAll('form[action*="logout"]')) {
  form.addEventListener("submit", () => window.Intercom("shutdown"));
}
