/* A file that is dropped anywhere on the page is the file of the form, and is sent at once. Without this, the button
   chooses one. */
"use strict";

const form = document.querySelector("form[data-verify]"), file = form.querySelector("input[type=file]"), place = file.closest(".drop");

for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => {
  if (![...event.dataTransfer.types].some((type) => type === "Files" || type === "text/uri-list")) return;
  event.preventDefault();
  place.classList.add("over");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) place.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  place.classList.remove("over");
  const { files } = event.dataTransfer, text = event.dataTransfer.getData("text/uri-list");
  if (!files.length && !text) return;
  event.preventDefault();
  if (files.length) file.files = files;
  else form.elements.text.value = text.split("\n")[0];
  form.requestSubmit();
});
file.addEventListener("change", () => { if (file.files.length) form.elements.text.value = ""; });
