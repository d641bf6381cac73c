// Pages of refresh plans: decisions beside the row, ticking a page of devices, dragging the criteria into order.
"use strict";
(() => {
  // The form of a decision opens when it has come; a link without htmx leads to the same form on a page of its own.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "decide-body") return;
    const modal = document.getElementById("decide");
    modal.addEventListener("shown.bs.modal", () => modal.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus(), { once: true });
    tabler.bootstrap.Modal.getOrCreateInstance(modal).show();
  });
  // Where one was in the list of devices is where one comes back to.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".pl-decide, .pl-follow")) return;
    const filters = document.querySelector(".pl-filters");
    if (!filters) return;
    const input = form.querySelector("input[name=query]") || form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "query" }));
    input.value = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value)).toString();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) {
      document.querySelectorAll("#devices input[name=tag]").forEach((box) => { box.checked = event.target.checked; });
    }
    // What is done with ticked devices waits until one is.
    if (event.target.closest("#devices")) {
      const ticked = document.querySelector("#devices input[name=tag]:checked");
      document.querySelectorAll("[data-needs-tick]").forEach((button) => { button.disabled = !ticked; });
    }
  });
  let dragged = null;
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".pl-order li");
    dragged?.classList.add("pl-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const over = event.target.closest?.(".pl-order li");
    if (!dragged || !over) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (over !== dragged) event.clientY > box.top + box.height / 2 ? over.after(dragged) : over.before(dragged);
  });
  document.addEventListener("dragend", () => { dragged?.classList.remove("pl-dragged"); dragged = null; });
})();
