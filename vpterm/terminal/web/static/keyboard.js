// Which keys are the program's and which stay the browser's.

// The clipboard and the zoom are the browser's; every other key is the program's, F1 to F12 and Ctrl+letter included.
function isBrowsers(event, terminal) {
  const control = (event.ctrlKey || event.metaKey) && !event.altKey;
  const letter = event.key.toLowerCase();
  if (control && letter === "v") return true;
  if (event.shiftKey && event.key === "Insert") return true;
  if (control && (letter === "c" || letter === "x")) return terminal.hasSelection() || event.metaKey;
  return control && ["+", "-", "=", "0"].includes(event.key);
}

export function takeKeys(terminal) {
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== "keydown" || event.isComposing) return true;
    if (isBrowsers(event, terminal)) return false;
    if (/^F\d+$/.test(event.key) && !event.altKey) event.preventDefault();
    return true;
  });
}
