// The stored choice of light or dark, put on <html> before anything is painted. Loaded in <head>, without `defer` and
// not as a module, for that reason alone. Also says that scripts run, so that CSS may fold what a script can unfold.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const choice = localStorage.getItem("theme");
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  } catch {
    // Storage is switched off in this browser: the system's theme is a fine answer.
  }
})();
