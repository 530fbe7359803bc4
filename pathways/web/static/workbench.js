/* Counts letters while somebody types. Without it the limit stands beneath each field all the same. */
for (const field of document.querySelectorAll("[data-bench] textarea[data-most]")) {
  const limit = field.closest(".segment").querySelector(".limit");
  const shown = limit.querySelector("[data-count]"), number = shown.querySelector("output");
  const most = Number(field.dataset.most);
  const count = () => {
    const letters = [...field.value.normalize("NFC").trim()].length;
    number.value = `${letters} / ${most}`;
    limit.classList.toggle("over", letters > most);
  };
  shown.hidden = false;
  field.addEventListener("input", count);
  count();
}
