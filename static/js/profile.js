// The profile: offers the browser's time zone when it is another than the one that is kept.
const offer = document.querySelector("[data-own-zone]");
const field = offer && document.getElementById(offer.dataset.ownZone);
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (field && own && own !== field.value) {
  offer.querySelector("b").textContent = own;
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    field.value = own;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    offer.hidden = true;
    field.focus();
  });
}
