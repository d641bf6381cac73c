// The table of a standard's rules: a rule more, and the inputs that its kind has. What the rules give is told by the server.
"use strict";
(() => {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-kind]")) event.target.closest(".st-rule").dataset.kindIs = event.target.value;
  });
  // What was refused is told where one looks, however many rules stand above it.
  document.addEventListener("DOMContentLoaded", () => document.querySelector(".st-rule [aria-invalid=true]")?.focus());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#add-rule")) return;
    const total = document.getElementById("id_rule-TOTAL_FORMS");
    const made = document.createElement("tbody");
    made.innerHTML = document.getElementById("rule-template").innerHTML.replaceAll("__prefix__", total.value);
    const row = made.firstElementChild;
    document.getElementById("rule-rows").append(row);
    total.value = String(Number(total.value) + 1);
    row.dispatchEvent(new Event("htmx:afterSettle", { bubbles: true })); // kit.js dresses its selects
    row.querySelector("input:not([type=hidden])").focus();
  });
})();
