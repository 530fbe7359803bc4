/* Typing a sheet without looking at the screen: a whole answer moves on to the next question. */
"use strict";

for (const form of document.querySelectorAll("[data-paper]")) {
  const fields = [...form.querySelectorAll("input[name=words]")];
  for (const [place, field] of fields.entries()) {
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => {
      const typed = field.value.trim();
      const whole = /^[0?-]$/.test(typed) || typed.length >= Number(field.dataset.length);
      if (whole) (fields[place + 1] ?? form.querySelector("button.primary")).focus();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Backspace" || field.value || !place) return;
      event.preventDefault();
      const before = fields[place - 1];
      before.focus();
      // Of several boxes, more may be ticked than there are right ones: the letter too many is added, not put instead.
      if ("open" in before.dataset) before.setSelectionRange(before.value.length, before.value.length);
    });
  }
}
