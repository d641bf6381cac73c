// What was typed into a form that met an ended session: kept in this tab, put back once the same person has logged in.
// Never kept: passwords, files, hidden inputs but what the form began from, and more than MOST characters.
"use strict";
(() => {
  const [KEY, MOST] = ["taizhang-typed", 500000];
  const words = document.body.dataset, user = words.user, page = location.pathname + location.search;
  const NEVER = ["hidden", "password", "file", "submit", "button", "reset", "image"];
  const isTicked = (one) => one.type === "checkbox" || one.type === "radio";
  const all = (form) => [...form.elements].filter((one) => one.name && one.matches("input, select, textarea"));
  const fields = (form) => all(form).filter((one) => !NEVER.includes(one.type));
  const hidden = (form) => all(form).filter((one) => one.type === "hidden" && !["csrfmiddlewaretoken", "confirm"].includes(one.name));
  // Several forms of one page are told apart by where they go and what they are about.
  const markOf = (form) => {
    const about = hidden(form).filter((one) => ["pk", "kind"].includes(one.name)).map((one) => one.value);
    return [form.getAttribute("action"), form.id, fields(form)[0]?.name, ...about].join("|");
  };
  const named = (form) => fields(form).reduce((found, one) => found.set(one.name, [...(found.get(one.name) || []), one]), new Map());
  const valuesOf = (one) => {
    if (isTicked(one)) return one.checked ? [one.value] : [];
    if (one.options) return [...one.options].filter((option) => option.selected).map((option) => [option.value, option.text]);
    return [one.value];
  };

  const read = () => { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } };
  const write = (kept) => { try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { drop(); } };
  const drop = () => sessionStorage.removeItem(KEY);
  const keep = (form, waits) => {
    const kept = { user, page, waits, at: Date.now(), mark: markOf(form), action: form.getAttribute("action"), typed: [] };
    kept.typed = [...named(form)].map(([name, inputs]) => [name, inputs.flatMap(valuesOf)]);
    kept.began = form.elements.began?.value;
    kept.more = all(form).some((one) => ["password", "file"].includes(one.type) && one.value);
    // A form that a list was asked for: sent without `confirm` it only shows itself.
    if (form.elements.confirm) kept.again = hidden(form).map((one) => [one.name, one.value]);
    if (JSON.stringify(kept).length > MOST) Object.assign(kept, { typed: [], began: undefined, again: undefined });
    write(kept);
  };

  const put = (inputs, values) => inputs.forEach((one, at) => {
    if (isTicked(one)) one.checked = values.includes(one.value);
    else if (one.options) {
      const [list, chosen] = [one.tomselect, values.map(([value]) => value)];
      if (list) values.filter(([value]) => value).forEach(([value, text]) => list.addOption({ value, text }));
      if (list) list.setValue(chosen.filter(Boolean), true);
      else [...one.options].forEach((option) => { option.selected = chosen.includes(option.value); });
    } else one.value = values[at] ?? "";
  });
  const tell = (text, before) => {
    const shown = Object.assign(document.createElement("div"), { className: "alert alert-warning", role: "alert", textContent: text });
    before ? before.before(shown) : document.getElementById("messages")?.append(shown);
    shown.scrollIntoView({ block: "nearest" });
  };
  const open = (form) => {
    const around = form.closest(".modal, .dropdown-menu");
    const opener = around && (document.querySelector(`[data-bs-target="#${around.id}"]`) || around.parentElement.querySelector("[data-bs-toggle=dropdown]"));
    if (opener && !around.classList.contains("show")) opener.click();
  };
  const putBack = (form, kept) => {
    const more = form.dataset.more && document.querySelector(form.dataset.more);
    let missing = kept.typed;
    const putMissing = () => {
      const [here, now] = [named(form), missing.filter(([name]) => named(form).has(name))];
      missing = missing.filter(([name]) => !here.has(name));
      now.forEach(([name, values]) => put(here.get(name), values));
      now.forEach(([name]) => here.get(name).forEach((one) => ["input", "change"].forEach((kind) => one.dispatchEvent(new Event(kind, { bubbles: true })))));
    };
    for (let tries = 0; more && tries < 100 && missing.some(([name]) => !named(form).has(name)); tries += 1) more.click();
    if (kept.began !== undefined && form.elements.began) form.elements.began.value = kept.began;
    putMissing();
    // Inputs that come with what was put in before them.
    form.addEventListener("htmx:afterSettle", putMissing);
    open(form);
    tell(words.putBack + (kept.more ? ` ${words.putMore}` : ""), form);
  };
  const askAgain = (kept) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: kept.page, hidden: true });
    [...kept.again, ["csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]]].forEach(([name, value]) => {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    });
    document.body.append(form);
    write({ ...kept, again: undefined });
    form.submit();
  };
  const restore = (kept) => {
    const find = () => kept.typed.length > 0 && [...document.forms].find((form) => markOf(form) === kept.mark);
    const form = kept.page === page && find();
    if (form) return putBack(form, kept);
    if (kept.again) return askAgain(kept);
    // A field that is edited in its place.
    const opener = [...document.querySelectorAll("[hx-get]")].find((one) => one.getAttribute("hx-get") === kept.action);
    if (!opener || !kept.typed.length) return tell(words.putNothing);
    document.addEventListener("htmx:afterSettle", () => { const opened = find(); if (opened) putBack(opened, kept); }, { once: true });
    return opener.click();
  };

  let last = null;
  const typed = (event) => { last = event.target.closest("main form[method=post]") || last; };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-leaves]")) drop();
    else if (user && !event.defaultPrevented && event.target.matches("main form[method=post]")) keep(event.target, false);
  });
  // A part of the page was asked for: whatever is typed here goes with the page.
  const keepAll = (event) => {
    const form = event.detail.elt.closest("form[method=post]") || last;
    if (user && form?.isConnected) keep(form, true);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL).pathname === words.login) keepAll(event);
  });
  // A form of before another log-in of this browser.
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.responseText.includes("data-unsaved")) return;
    keepAll(event);
    location.reload();
  });
  const [kept, unsaved] = [read(), document.querySelector("[data-unsaved]")];
  if (!kept) return;
  if (unsaved) {
    write({ ...kept, waits: true });
    unsaved.hidden = false;
    unsaved.querySelectorAll("a").forEach((link) => { link.href = kept.page; });
  } else if (user) {
    drop();
    if (!kept.waits || kept.user !== user || kept.at < Number(localStorage.getItem("taizhang-left"))) return;
    document.addEventListener("DOMContentLoaded", () => setTimeout(() => restore(kept)));
  }
})();
