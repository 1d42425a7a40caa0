// The page of the terminal: xterm.js, the line, and the words around them.

import { Terminal } from "./xterm/xterm.mjs";
import { Unicode11Addon } from "./xterm/addon-unicode11.mjs";
import { fit } from "./fit.js";
import { takeBar, takeSwipes } from "./fingers.js";
import { takeKeys } from "./keyboard.js";
import { Line } from "./line.js";
import { showPaper, takePapers } from "./papers.js";

const FONTS = '"Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", "Noto Sans Mono", monospace';
const by = (id) => document.getElementById(id);

// xterm.js makes style elements of its own; our content policy lets in those that bear this page's nonce.
const make = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = make(name, options);
  if (String(name).toLowerCase() === "style") element.nonce = document.body.dataset.nonce;
  return element;
};

const terminal = new Terminal({
  allowProposedApi: true, // for the widths of Unicode 11
  fontFamily: FONTS,
  fontSize: 16,
  lineHeight: 1,
  scrollback: 0,
  cursorBlink: false,
  cursorInactiveStyle: "none",
  drawBoldTextInBrightColors: false,
  theme: { background: "#11161b", foreground: "#d5dbe0", cursor: "#d5dbe0", selectionBackground: "#35506a" },
});
terminal.loadAddon(new Unicode11Addon());
terminal.unicode.activeVersion = "11";
terminal.open(by("terminal"));
fit(terminal, by("room"));

const asked = new URLSearchParams(location.search);
const wanted = asked.has("session") ? { session: asked.get("session"), site: asked.get("site") ?? "" } : {};

const encoder = new TextEncoder();
const line = new Line(() => ({ columns: terminal.cols, rows: terminal.rows }), {
  opened() {
    document.body.classList.remove("is-cut");
    by("cut").hidden = by("end").hidden = true;
    terminal.focus();
  },
  drawn: (bytes, done) => terminal.write(bytes, done),
  handout: showPaper,
  place: (name) => { document.title = name; },
  cut() {
    document.body.classList.add("is-cut");
    by("cut").hidden = false;
  },
  ended(why, words) {
    by("cut").hidden = true;
    by("end-words").textContent = words;
    by("again").hidden = !["taken", "failed"].includes(why);
    by("come-in").hidden = !by("again").hidden;
    by("leave").hidden = by("again").hidden;
    by("end").hidden = false;
    (by("again").hidden ? by("come-in") : by("again")).focus();
  },
}, wanted);

const send = (text) => line.type(encoder.encode(text));
terminal.onData(send);
terminal.onBinary((text) => line.type(Uint8Array.from(text, (sign) => sign.charCodeAt(0))));
takeKeys(terminal);
takePapers(() => terminal.focus());
takeBar(by("keys"), terminal, send);
takeSwipes(by("terminal"), terminal, send);
by("again").addEventListener("click", () => {
  terminal.reset();
  line.open();
});

const fitAgain = () => fit(terminal, by("room")) && line.resized();
new ResizeObserver(fitAgain).observe(by("room"));
document.fonts.ready.then(fitAgain);
addEventListener("focus", () => by("end").hidden && by("paper").hidden && terminal.focus());

// A phone's keyboard covers the page without making it smaller where the browser does not know better.
visualViewport?.addEventListener("resize", () => {
  document.body.style.height = `${visualViewport.height}px`;
  scrollTo(0, 0);
});

terminal.focus();
line.open();
