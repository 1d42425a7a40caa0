// Which keys are the program's and which stay the browser's; the bar of keys for fingers.

const SEQUENCES = {
  escape: "\x1b", tab: "\t", enter: "\r", up: "\x1b[A", down: "\x1b[B", right: "\x1b[C", left: "\x1b[D",
  f1: "\x1bOP", f2: "\x1bOQ", f3: "\x1bOR", f9: "\x1b[20~", f10: "\x1b[21~",
};
const REPEAT_AFTER_MS = 400;
const REPEAT_MS = 80;

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

export function takeBar(bar, terminal, send) {
  let repeating = 0;
  const stop = () => clearTimeout(repeating);
  const press = (button) => {
    send(SEQUENCES[button.dataset.keys]);
    if ("repeats" in button.dataset) repeating = setTimeout(function again() {
      send(SEQUENCES[button.dataset.keys]);
      repeating = setTimeout(again, REPEAT_MS);
    }, REPEAT_AFTER_MS);
  };
  for (const button of bar.querySelectorAll("[data-keys]")) {
    // Without this the terminal loses the focus, and the phone's keyboard would go and come with every key.
    button.addEventListener("pointerdown", (event) => { event.preventDefault(); stop(); press(button); });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(end, stop);
    button.addEventListener("click", (event) => { if (event.detail === 0) { press(button); stop(); } }); // by Enter
  }
  bar.querySelector("#keyboard").addEventListener("click", () => terminal.focus());
  const full = bar.querySelector("#full-screen");
  full.hidden = !document.fullscreenEnabled; // a phone may have none
  full.addEventListener("click", fillScreen);
}

// In full screen a browser that can gives us even Ctrl+W, Ctrl+T, Ctrl+N and Esc.
async function fillScreen() {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
    return;
  }
  await document.documentElement.requestFullscreen();
  await navigator.keyboard?.lock?.();
}
