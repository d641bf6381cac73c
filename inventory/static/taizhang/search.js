// Suggestions below the search box: arrows choose, Enter goes there, Escape closes. Without them the box still searches.
"use strict";
(() => {
  const input = document.getElementById("search");
  const box = document.getElementById("suggest");
  if (!input || !box) return;
  const options = () => [...box.querySelectorAll("[role=option]")];
  const chosen = () => box.querySelector("[aria-selected=true]");
  const show = () => input.setAttribute("aria-expanded", String(options().length > 0));
  const close = () => { box.replaceChildren(); input.removeAttribute("aria-activedescendant"); show(); };
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape") { close(); return; }
    if (event.key === "Enter" && chosen()) { event.preventDefault(); location.href = chosen().href; return; }
    if (!all.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const at = all.indexOf(chosen()) + (event.key === "ArrowDown" ? 1 : -1);
    choose(at < 0 || at >= all.length ? null : all[at]);
  });
  input.addEventListener("input", () => { if (!input.value.trim()) close(); });
  document.addEventListener("click", (event) => { if (!event.target.closest(".shell-search")) close(); });
  // An answer that comes after the box was left or emptied is not shown.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target === box && (document.activeElement !== input || !input.value.trim())) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target === box) show(); });
})();
