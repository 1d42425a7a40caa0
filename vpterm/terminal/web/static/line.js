// The line to the server: opens itself again after a cut, and loses nothing that was typed.

const BEAT_MS = 10_000;
const ANSWER_MS = 8_000;
const LONGEST_WAIT_MS = 8_000;
const MOST_KEPT = 512 * 1024;

export class Line {
  // `size()` answers {columns, rows}; `heard` has opened(), drawn(bytes, done), place(name), handout(path, name), cut(),
  // ended(why, words). `wanted` is the session that this page asks for: {session, site}, or nothing.
  constructor(size, heard, wanted = {}) {
    this.size = size;
    this.wanted = wanted;
    this.heard = heard;
    this.page = [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
    this.socket = null;
    this.isOpen = false;
    this.again = false; // whether this page takes up its own line, or comes in anew
    this.failures = 0;
    this.kept = []; // what was typed and is not known to have arrived
    this.arrived = 0; // how many bytes had arrived before the first of `kept`
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    setInterval(() => this.beat(), BEAT_MS);
  }

  open(again = false) {
    this.again = again;
    this.isEnded = false;
    clearTimeout(this.retry);
    clearTimeout(this.answer);
    const address = new URL("/line", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket?.close();
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.expectAnswer();
    socket.onopen = () => this.tell({ type: "open", page: this.page, again: this.again, ...this.wanted, ...this.size() });
    socket.onmessage = (event) => socket === this.socket && this.take(event.data);
    socket.onclose = () => socket === this.socket && this.lost();
  }

  take(data) {
    clearTimeout(this.answer);
    if (typeof data !== "string") {
      const bytes = new Uint8Array(data);
      this.heard.drawn(bytes, () => this.tell({ type: "drawn", bytes: bytes.length }));
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "opened") this.opened(message.received);
    else if (message.type === "beat") this.forget(message.received);
    else if (message.type === "handout") this.heard.handout(message.path, message.name);
    else if (message.type === "place") this.heard.place(message.name);
    else if (message.type === "end") this.end(message.why, message.words);
  }

  opened(received) {
    this.isOpen = true;
    this.again = true;
    this.failures = 0;
    this.forget(received);
    if (this.arrived !== received) { // the server counts anew: what was under way is not known to it
      this.arrived = received;
      this.kept = [];
    }
    for (const piece of this.kept) this.socket.send(piece);
    this.tell({ type: "size", ...this.size() });
    this.heard.opened();
  }

  // What has arrived need not be kept.
  forget(received) {
    while (this.kept.length && this.arrived + this.kept[0].length <= received) {
      this.arrived += this.kept.shift().length;
    }
    if (this.kept.length && received > this.arrived) {
      this.kept[0] = this.kept[0].subarray(received - this.arrived);
      this.arrived = received;
    }
  }

  type(bytes) {
    const length = this.kept.reduce((sum, piece) => sum + piece.length, 0);
    if (this.isEnded || length + bytes.length > MOST_KEPT) return;
    for (let start = 0; start < bytes.length; start += 16_384) {
      const piece = bytes.subarray(start, start + 16_384);
      this.kept.push(piece);
      if (this.isOpen) this.socket.send(piece);
    }
  }

  resized() {
    if (this.isOpen) this.tell({ type: "size", ...this.size() });
  }

  tell(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  beat() {
    if (!this.isOpen) return;
    this.tell({ type: "beat" });
    this.expectAnswer();
  }

  expectAnswer() {
    clearTimeout(this.answer);
    this.answer = setTimeout(() => this.lost(), ANSWER_MS);
  }

  hurry() {
    if (this.isOpen) this.beat();
    else if (this.retry) this.open(this.again);
  }

  lost() {
    if (this.isEnded) return;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.isOpen = false;
    clearTimeout(this.answer);
    clearTimeout(this.retry);
    this.heard.cut();
    const wait = Math.min(LONGEST_WAIT_MS, 300 * 2 ** Math.min(this.failures++, 6)) * (0.75 + Math.random() / 2);
    this.retry = setTimeout(() => this.open(this.again), wait);
  }

  end(why, words) {
    this.isEnded = true;
    this.isOpen = false;
    this.kept = [];
    clearTimeout(this.retry);
    this.retry = 0;
    this.heard.ended(why, words);
  }
}
