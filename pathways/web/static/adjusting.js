/* Steps may be dragged with a mouse: an extra to the buttons, which send the same change. */
"use strict";

const list = document.querySelector("[data-adjust]");
const sent = document.querySelector("[data-move]");
let dragged;

if (list && sent) {
  for (const step of list.children) step.draggable = true;

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-step]");
    dragged?.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
  });

  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-step]");
    if (!dragged || !over) return;
    event.preventDefault();
    for (const one of list.children) one.classList.toggle("target", one === over && one !== dragged);
  });

  list.addEventListener("drop", (event) => {
    const over = event.target.closest("[data-step]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    sent.elements.step.value = dragged.dataset.step;
    sent.elements.to.value = [...list.children].indexOf(over);
    sent.submit();
  });

  list.addEventListener("dragend", () => {
    dragged = undefined;
    for (const one of list.children) one.classList.remove("dragged", "target");
  });
}
