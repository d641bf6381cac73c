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
// What was sent is not sent again while its answer is awaited: a second click would write twice. An answer that is a file
// leaves the page standing, so that the form opens again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});
// A browser that goes back may show a page as it left it: open for sending, and not to whoever comes after a log-out.
const [LEFT, opened] = ["taizhang-left", Date.now()];
document.addEventListener("submit", (event) => { if (event.target.matches("[data-leaves]")) localStorage.setItem(LEFT, Date.now()); });
addEventListener("pageshow", (event) => {
  document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  if (!event.persisted || Number(localStorage.getItem(LEFT)) < opened) return;
  document.body.replaceChildren();
  location.reload();
});
// A session that ended meanwhile: the whole page goes to the login, not a part of it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL).pathname !== document.body.dataset.login) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.responseURL.includes("unsaved")) location.assign(event.detail.xhr.responseURL);
  else location.reload();
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
