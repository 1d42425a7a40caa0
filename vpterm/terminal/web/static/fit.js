// How large the letters are and how many cells there are: 80x24 on a laptop, 132x43 on a large screen.

const LARGE = { columns: 132, rows: 43, smallest: 14, largest: 22 };
const USUAL = { columns: 80, rows: 24, smallest: 11, largest: 18 };
const MOST = { columns: 500, rows: 200 };
const LEAST = { columns: 20, rows: 5 };

// The font size at which a grid of at least these cells fills the room, from what one cell takes at `fontSize`.
function fontFor(wanted, room, cell, fontSize) {
  const scale = Math.min(room.width / wanted.columns / cell.width, room.height / wanted.rows / cell.height);
  return Math.floor(fontSize * scale * 2) / 2;
}

function cellOf(terminal) {
  const screen = terminal.element.querySelector(".xterm-screen").getBoundingClientRect();
  return { width: screen.width / terminal.cols, height: screen.height / terminal.rows };
}

function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}

// Fits the terminal into `element`; answers whether its size in cells has changed.
export function fit(terminal, element) {
  const room = { width: element.clientWidth, height: element.clientHeight };
  if (!room.width || !room.height) return false;
  const fontSize = terminal.options.fontSize;
  const cell = cellOf(terminal);
  if (!cell.width || !cell.height) return false;
  const large = fontFor(LARGE, room, cell, fontSize);
  const chosen =
    large >= LARGE.smallest
      ? Math.min(large, LARGE.largest)
      : clamp(fontFor(USUAL, room, cell, fontSize), USUAL.smallest, USUAL.largest);
  if (chosen !== fontSize) terminal.options.fontSize = chosen;
  const drawn = cellOf(terminal);
  const columns = clamp(Math.floor(room.width / drawn.width), LEAST.columns, MOST.columns);
  const rows = clamp(Math.floor(room.height / drawn.height), LEAST.rows, MOST.rows);
  if (columns === terminal.cols && rows === terminal.rows) return false;
  terminal.resize(columns, rows);
  return true;
}
