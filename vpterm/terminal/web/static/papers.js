// Documents from the session: fetched once, at once; then the person says whether to print or to keep them.

const by = (id) => document.getElementById(id);
let address = "";
let name = "";
let back = () => {};

export function takePapers(whenDone) {
  back = whenDone;
  by("print").addEventListener("click", print);
  by("save").addEventListener("click", save);
  by("done").addEventListener("click", close);
  by("paper").addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}

export async function showPaper(path, title) {
  close();
  let content;
  try {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    content = await answer.blob();
  } catch {
    content = null;
  }
  name = title;
  by("paper-name").textContent = title;
  by("paper-lost").hidden = Boolean(content);
  by("print").hidden = by("save").hidden = !content;
  if (content) address = URL.createObjectURL(content);
  by("paper").hidden = false;
  (content ? by("print") : by("done")).focus();
}

// The dialog of the browser for this document alone; where a frame cannot show it (telephones), it opens by itself.
function print() {
  const frame = by("paper-frame");
  frame.onload = () => {
    try {
      frame.contentWindow.print();
    } catch {
      open(address, "_blank", "noopener");
    }
    by("done").focus(); // Enter or Esc goes on, once the dialog is closed
  };
  if (navigator.pdfViewerEnabled === false) open(address, "_blank", "noopener");
  else frame.src = address;
}

function save() {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  close();
}

function close() {
  if (by("paper").hidden) return;
  by("paper").hidden = true;
  by("paper-frame").removeAttribute("src");
  if (address) URL.revokeObjectURL(address);
  address = "";
  back();
}
