// Lists and forms of the page kit: selects with search, ticking rows, order of columns. Pages work without it.
"use strict";
(() => {
  // An answer to letters that stand there no more: not shown, and asked for again when they are typed again.
  const late = (list, text) => {
    delete list.loadedSearches[text];
    list.loading = Math.max(list.loading - 1, 0);
    if (!list.loading) list.wrapper.classList.remove(list.settings.loadingClass);
  };
  const select = (element) => {
    if (element.tomselect || typeof TomSelect === "undefined") return;
    const label = element.labels && element.labels[0];
    if (label) element.setAttribute("aria-label", label.textContent.trim());
    const remote = element.dataset.remote, near = element.dataset.near;
    const beside = near && element.form ? element.form.querySelector(`select[name="${near}"]`) : null;
    const options = {
      plugins: element.multiple ? ["remove_button"] : [], maxOptions: 500, allowEmptyOption: false,
      // Letters still waiting to be looked up would open the list again after the choice.
      onItemAdd() { window.clearTimeout(this.refreshTimeout); },
    };
    if (remote) {
      Object.assign(options, {
        valueField: "value", labelField: "text", searchField: [], preload: "focus", score: () => () => 1,
        // Else an empty list stays open after a choice, until the next letters are typed.
        closeAfterSelect: true,
        load(text, done) {
          const key = (beside && beside.value) || element.dataset.nearKey || "";
          fetch(`${remote}?q=${encodeURIComponent(text)}&near=${encodeURIComponent(key)}`, { credentials: "same-origin" })
            .then((answer) => answer.json())
            .then((found) => {
              if (this.inputValue() !== text) return late(this, text);
              this.clearOptions();
              done(found);
            })
            .catch(() => done());
        },
      });
    }
    const list = new TomSelect(element, options);
    // Other rows are near now: what was looked up before stands in the wrong order.
    if (remote && beside) beside.addEventListener("change", () => { list.loadedSearches = {}; list.wrapper.classList.remove("preloaded"); });
  };
  const dress = (root) => root.querySelectorAll("select[data-select]").forEach(select);

  // Keys of ticked rows, also of other pages of the list.
  const chosen = new Set();
  const boxesOf = (rows) => [...rows.querySelectorAll("tbody input[name=pk]")];
  const count = () => {
    const rows = document.getElementById("rows");
    if (!rows) return;
    const boxes = boxesOf(rows);
    boxes.forEach((box) => (box.checked ? chosen.add(box.value) : chosen.delete(box.value)));
    const ticked = boxes.filter((box) => box.checked).length;
    rows.classList.toggle("tz-some", chosen.size > 0);
    const head = rows.querySelector("[data-all]");
    if (head) { head.checked = ticked > 0 && ticked === boxes.length; head.indeterminate = ticked > 0 && ticked < boxes.length; }
    const shown = rows.querySelector("[data-count]");
    if (shown) shown.textContent = String(chosen.size);
  };

  const followQuery = () => {
    const list = document.getElementById("list");
    if (!list) return;
    const query = list.dataset.query;
    document.querySelectorAll("a[data-keep-query]").forEach((link) => {
      link.href = link.pathname + (query ? `?${query}` : "");
    });
    document.querySelectorAll("input[data-query], #panel form input[name=query]").forEach((input) => { input.value = query; });
  };

  let lastTicked = null;
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close=panel]");
    if (close) { event.preventDefault(); document.getElementById("panel").replaceChildren(); return; }
    const mover = event.target.closest("[data-up], [data-down]");
    if (mover) {
      const item = mover.closest("li");
      if (mover.hasAttribute("data-up")) item.previousElementSibling?.before(item);
      else item.nextElementSibling?.after(item);
      mover.focus();
      return;
    }
    // All of a box's cell is the box.
    if (event.target.matches("#rows td.w-1")) event.target.querySelector("input[name=pk]")?.click();
    const box = event.target.closest("tbody input[name=pk]");
    if (box) {
      if (event.shiftKey && lastTicked) {
        const boxes = [...document.querySelectorAll("#rows tbody input[name=pk]")];
        const [from, to] = [boxes.indexOf(lastTicked), boxes.indexOf(box)].sort((a, b) => a - b);
        if (from >= 0) boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
      }
      lastTicked = box;
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      document.querySelectorAll("#rows tbody input[name=pk]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.closest("#rows")) count();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    dress(event.target.parentNode || document);
    dress(document);
    followQuery();
    const rows = document.getElementById("rows");
    if (rows && rows.contains(event.target) === false && event.target.id !== "panel") {
      boxesOf(rows).forEach((box) => { box.checked = chosen.has(box.value); });
    }
    count();
    const field = event.target.closest(".tz-field")?.querySelector("dd :is(input:not([type=hidden]), select, textarea), .tz-pencil");
    if (field) (field.tomselect || field).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest(".tz-editing")?.querySelector("a.btn").click();
  });

  // A large workbook takes a while: its button waits for the cookie that comes with it, and makes no second one.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-export]");
    if (!link) return;
    const button = document.getElementById("export"), mark = String(Date.now());
    event.preventDefault();
    if (button.disabled) return;
    const wait = (busy) => {
      button.disabled = busy;
      button.querySelector(".tz-busy").hidden = !busy;
      button.querySelector(".tz-ready").hidden = busy;
    };
    wait(true);
    location.assign(`${link.href}${link.search ? "&" : "?"}mark=${mark}`);
    const started = Date.now();
    const timer = setInterval(() => {
      if (!document.cookie.includes(`exported=${mark}`) && Date.now() - started < 300000) return;
      clearInterval(timer);
      wait(false);
    }, 300);
  });

  // What was filtered lies below the filters, on a phone out of sight.
  document.addEventListener("submit", (event) => {
    const list = document.getElementById("list");
    if (event.target.id === "filters" && list.getBoundingClientRect().top > innerHeight / 2) list.scrollIntoView();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "rows") return;
    const here = new Set(boxesOf(event.target).map((box) => box.value));
    const others = [...chosen].filter((key) => !here.has(key));
    if (!others.length) return;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "pk", value: others.join(",") });
    event.target.append(input);
  });
  document.addEventListener("DOMContentLoaded", () => { dress(document); count(); });
})();

// A proposal that is clicked goes into its field.
document.addEventListener("click", (event) => {
  const proposal = event.target.closest("[data-fill]");
  const field = proposal && document.querySelector(proposal.dataset.fill);
  if (!field) return;
  field.value = proposal.textContent.trim();
  field.focus();
});
// A file that was chosen, or a photo that was taken, is sent at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-submit]") && event.target.files.length) event.target.form.requestSubmit();
});
