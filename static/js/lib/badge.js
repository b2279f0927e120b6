// How much is unread, on the page's icon. The title says it in words, "(3 unread)", and whoever changes it there is followed.

const SIZE = 64;
const icon = document.querySelector("link[rel='icon']");
const plain = icon?.href;
const mark = new Image();
let shown = 0;

function draw() {
  const count = Number(/\((\d+)\+? unread\)/.exec(document.title)?.[1] ?? 0);
  if (!icon || count === shown) return;
  shown = count;
  if (!count) {
    icon.href = plain;
    return;
  }
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const pen = canvas.getContext("2d");
  if (mark.complete && mark.naturalWidth) pen.drawImage(mark, 0, 0, SIZE, SIZE);
  pen.fillStyle = "#c62a2f";
  pen.beginPath();
  pen.arc(42, 42, 22, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = `bold ${count > 9 ? 26 : 34}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count > 99 ? "99" : String(count), 42, 44);
  icon.href = canvas.toDataURL("image/png");
}

export function followTitle() {
  if (!icon) return;
  mark.addEventListener("load", () => {
    shown = 0;
    draw();
  });
  mark.src = plain;
  new MutationObserver(draw).observe(document.querySelector("title"), { childList: true });
  draw();
}
