// Comfort only: places in a picture are drawn with the pointer instead of typed as numbers. Without it the form works.
"use strict";
(() => {
  const picture = document.querySelector("img[data-zones]");
  const rows = [...document.querySelectorAll("[data-zone]")];
  if (!picture || rows.length === 0) return;
  const width = Number(picture.dataset.width), height = Number(picture.dataset.height);
  const frame = document.createElement("div");
  frame.className = "drawing";
  picture.replaceWith(frame);
  frame.append(picture);
  picture.draggable = false;
  const boxes = rows.map((row, index) => {
    const box = document.createElement("div");
    box.className = "drawn-zone";
    box.textContent = "ABCDEFGHIJ"[index];
    frame.append(box);
    return box;
  });
  const fields = row => ["x", "y", "w", "h"].map(side => row.querySelector(`[name$="-${side}"]`));
  const number = text => Number(text.replace(",", "."));
  let current = 0, start = null;

  const show = () => rows.forEach((row, index) => {
    const [x, y, w, h] = fields(row).map(one => number(one.value));
    const box = boxes[index];
    box.hidden = !(w > 0 && h > 0);
    box.classList.toggle("now", index === current);
    box.style.insetInlineStart = `${100 * x / width}%`;
    box.style.insetBlockStart = `${100 * y / height}%`;
    box.style.inlineSize = `${100 * w / width}%`;
    box.style.blockSize = `${100 * h / height}%`;
  });
  const at = event => {
    const shown = picture.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, value));
    return [
      within((event.clientX - shown.left) / shown.width * width, width),
      within((event.clientY - shown.top) / shown.height * height, height),
    ];
  };
  const put = (from, to) => {
    const values = [
      Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]),
    ];
    fields(rows[current]).forEach((one, side) => { one.value = String(Math.floor(values[side])); });
    show();
  };
  rows.forEach((row, index) => row.addEventListener("focusin", () => { current = index; show(); }));
  rows.forEach(row => row.addEventListener("input", show));
  frame.addEventListener("pointerdown", event => {
    start = at(event);
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  frame.addEventListener("pointermove", event => { if (start) put(start, at(event)); });
  frame.addEventListener("pointerup", event => {
    if (!start) return;
    put(start, at(event));
    start = null;
    const empty = rows.findIndex(row => fields(row).some(one => one.value === ""));
    if (empty >= 0) current = empty;
    show();
  });
  document.querySelector("[data-zones-hint]").hidden = false;
  show();
})();
