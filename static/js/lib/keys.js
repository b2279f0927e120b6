// Single letters as shortcuts. Who has turned them off has none (WCAG 2.1.4), and no key is taken from a field.

export const mayUseKeys = ({ target, ctrlKey, metaKey, altKey }) =>
  "singleKeys" in document.body.dataset &&
  !(ctrlKey || metaKey || altKey) &&
  !(target instanceof Element && target.closest("textarea, input, select, dialog, [contenteditable]"));
