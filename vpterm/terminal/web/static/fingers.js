// For fingers: the bar of keys, those of the place read from its foot, and a swipe that moves as arrows do.

const CSI = "\x1b[";
const SEQUENCES = {
  escape: "\x1b", tab: "\t", enter: "\r", up: `${CSI}A`, down: `${CSI}B`, right: `${CSI}C`, left: `${CSI}D`,
  delete: `${CSI}3~`, f1: "\x1bOP", f2: "\x1bOQ", f3: "\x1bOR", f4: "\x1bOS", f5: `${CSI}15~`, f6: `${CSI}17~`,
  f7: `${CSI}18~`, f8: `${CSI}19~`, f9: `${CSI}20~`, f10: `${CSI}21~`, f11: `${CSI}23~`, f12: `${CSI}24~`,
};
const ALWAYS = ["f1", "f3", "f10"]; // they stand in the bar already
const REPEAT_AFTER_MS = 400;
const REPEAT_MS = 80;
const READ_AFTER_MS = 150;

export function takeBar(bar, terminal, send) {
  takeButtons(bar, send);
  const box = bar.querySelector("#place-keys");
  let shown = "";
  let reading = 0;
  const read = () => {
    reading = 0;
    const line = terminal.buffer.active.getLine(terminal.buffer.active.baseY + terminal.rows - 1);
    const hints = line ? hintsIn(line.translateToString(true)) : [];
    const found = JSON.stringify(hints);
    if (found === shown) return;
    shown = found;
    box.replaceChildren(...hints.map(buttonFor));
    takeButtons(box, send);
  };
  terminal.onWriteParsed(() => { reading ||= setTimeout(read, READ_AFTER_MS); });
  bar.querySelector("#keyboard").addEventListener("click", () => terminal.focus());
  const full = bar.querySelector("#full-screen");
  full.hidden = !document.fullscreenEnabled; // a phone may have none
  full.addEventListener("click", fillScreen);
}

// The keys that the foot of a place tells: "F9 book  Ctrl+E change  F7/F8 before/after  A arrival".
export function hintsIn(foot) {
  const hints = [];
  for (const part of foot.trim().split(/ {2,}/)) {
    const [, keys, label] = /^((?:F\d{1,2}\/?)+|Ctrl\+[A-Z]|Suppr|Del|[A-Z]) (\S.*)$/.exec(part) ?? [];
    const names = keys ? keys.split("/") : [];
    const labels = names.length > 1 ? label.split("/") : [label];
    names.forEach((name, at) => {
      if (!ALWAYS.includes(name.toLowerCase())) hints.push({ key: name, label: `${name} ${labels[at] ?? label}` });
    });
  }
  return hints;
}

function sequenceOf(key) {
  if (key.startsWith("Ctrl+")) return String.fromCharCode(key.charCodeAt(5) - 64);
  if (key === "Suppr" || key === "Del") return SEQUENCES.delete;
  return SEQUENCES[key.toLowerCase()] ?? key.toLowerCase();
}

function buttonFor({ key, label }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.keys = key;
  button.textContent = label;
  return button;
}

function takeButtons(box, send) {
  let repeating = 0;
  const stop = () => clearTimeout(repeating);
  const press = (button) => {
    send(sequenceOf(button.dataset.keys));
    if ("repeats" in button.dataset) repeating = setTimeout(function again() {
      send(sequenceOf(button.dataset.keys));
      repeating = setTimeout(again, REPEAT_MS);
    }, REPEAT_AFTER_MS);
  };
  for (const button of box.querySelectorAll("[data-keys]")) {
    // Without this the terminal loses the focus, and the phone's keyboard would go and come with every key.
    button.addEventListener("pointerdown", (event) => { event.preventDefault(); stop(); press(button); });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(end, stop);
    button.addEventListener("click", (event) => { if (event.detail === 0) { press(button); stop(); } }); // by Enter
  }
}

// A finger drawn over a list moves it: one arrow for each line, as the lists of the program move.
export function takeSwipes(room, terminal, send) {
  let from = null;
  const lineHeight = () => terminal.element.querySelector(".xterm-screen").clientHeight / terminal.rows;
  room.addEventListener("touchstart", (event) => {
    from = event.touches.length === 1 ? event.touches[0].clientY : null;
  }, { passive: true });
  room.addEventListener("touchmove", (event) => {
    if (from === null || event.touches.length !== 1) return;
    event.preventDefault();
    const lines = Math.trunc((from - event.touches[0].clientY) / lineHeight());
    if (!lines) return;
    from -= lines * lineHeight();
    send((lines > 0 ? SEQUENCES.down : SEQUENCES.up).repeat(Math.abs(lines)));
  }, { passive: false });
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
