// The queue of differences by keyboard. Without it, and without htmx, its buttons are plain forms.
"use strict";
(() => {
  const cards = () => [...document.querySelectorAll("[data-diff]")];
  const current = () => document.querySelector(".net-current");
  const decided = [];

  const show = (card, focus = true) => {
    if (!card) return;
    current()?.classList.remove("net-current");
    card.classList.add("net-current");
    if (focus) {
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    }
  };
  const step = (by) => {
    const all = cards();
    const at = all.indexOf(current());
    show(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  const ticked = () => document.querySelectorAll(".net-tick:checked").length;
  const count = () => {
    const shown = document.querySelector("[data-ticked]");
    if (shown) shown.textContent = String(ticked());
  };
  const decide = (what) => {
    const place = ticked() ? document.getElementById("many") : current();
    place?.querySelector(`button[value=${what}]`)?.click();
  };
  const undo = () => {
    const card = decided.length ? document.getElementById(decided.pop()) : null;
    (card ?? document.querySelector(".net-just"))?.querySelector("[data-undo]")?.click();
  };
  const keys = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    a: () => decide("accept"), r: () => decide("reject"), u: undo,
    w: () => current()?.querySelector(".net-reason")?.focus(),
    e: () => { const url = current()?.dataset.edit; if (url) location.assign(url); },
    x: () => { const box = current()?.querySelector(".net-tick"); if (box) { box.checked = !box.checked; count(); } },
    "?": () => document.querySelector("[data-bs-target='#keys']")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches(".net-reason")) {
      if (event.key === "Escape") show(event.target.closest("[data-diff]"));
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], .modal, .dropdown-menu, .ts-wrapper")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("focusin", (event) => show(event.target.closest("[data-diff]"), false));
  document.addEventListener("change", (event) => { if (event.target.matches(".net-tick")) count(); });

  // What was decided is followed by the next one; what was taken back is shown again.
  document.addEventListener("htmx:afterSettle", (event) => {
    const card = event.detail.elt.closest?.("[data-diff]");
    if (!card) return;
    if (card.dataset.diff === "open") { show(card); return; }
    decided.push(card.id);
    const all = cards();
    const next = all.slice(all.indexOf(card) + 1).find((one) => one.dataset.diff === "open");
    show(next ?? all.find((one) => one.dataset.diff === "open") ?? card);
  });
  document.addEventListener("DOMContentLoaded", () => { count(); show(cards()[0], false); });
})();
