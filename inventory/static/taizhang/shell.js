// Keys of the shell: "/" goes to the search box, Escape leaves it.
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    search.blur();
  }
});
// A session that ended meanwhile: the whole page goes to the login, not a part of it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL).pathname !== document.body.dataset.login) return;
  event.detail.shouldSwap = false;
  location.reload();
});
// A refused or failed swap is told, never silent.
document.addEventListener("htmx:responseError", (event) => {
  const words = document.body.dataset[event.detail.xhr.status === 403 ? "refused" : "failed"];
  const alert = Object.assign(document.createElement("div"), { className: "alert alert-danger", role: "alert" });
  alert.textContent = words;
  document.getElementById("messages")?.replaceChildren(alert);
});
// The entry of the page one is on stays in sight in a menu that scrolls.
document.querySelector(".shell-menu .current")?.scrollIntoView({ block: "nearest" });
// On a slow line a second tap sends nothing: the first one did, and its answer is on the way.
(() => {
  const WAIT_MS = 8000;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (Date.now() - Number(form.dataset.sent || 0) < WAIT_MS) event.preventDefault();
    else form.dataset.sent = String(Date.now());
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
})();
