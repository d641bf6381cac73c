// Sets light or dark before anything is drawn: what was chosen here, else what the system prefers.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = localStorage.getItem("taizhang-theme") || (dark.matches ? "dark" : "light");
    document.documentElement.dataset.bsTheme = theme;
    document.documentElement.style.colorScheme = theme;
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-shell-theme]")) return;
    localStorage.setItem("taizhang-theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    apply();
    document.dispatchEvent(new CustomEvent("taizhang:theme"));
  });
})();
