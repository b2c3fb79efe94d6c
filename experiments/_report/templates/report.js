"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const claims = all("article.claim");
  const filters = all("select[data-filter]");
  const query = one("#query");

  // -- search and filters ----------------------------------------------------------------------

  const matches = (claim, words) =>
    filters.every((f) => !f.value || claim.dataset[f.dataset.filter] === f.value) &&
    words.every((word) => claim.dataset.search.includes(word));

  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set();
    for (const claim of claims) {
      claim.hidden = !matches(claim, words);
      if (!claim.hidden) shown.add(claim.id);
    }
    const filtering = words.length > 0 || filters.some((f) => f.value);
    for (const part of all(".family")) part.hidden = !all("article.claim", part).some((c) => !c.hidden);
    for (const part of all(".origin-group")) part.hidden = !all("article.claim", part).some((c) => !c.hidden);
    for (const wing of all(".wing")) {
      wing.hidden = filtering && !all("article.claim", wing).some((c) => !c.hidden);
    }
    for (const part of all(".experiments")) part.hidden = filtering;
    for (const chip of all("[data-chip]")) chip.classList.toggle("dim", !shown.has(chip.dataset.chip));
    for (const box of all("[data-box]")) box.classList.toggle("dim", filtering && !shown.has(box.dataset.box));
    one("#nothing").hidden = shown.size > 0 || claims.length === 0;
    one("#count").textContent = `${shown.size} of ${claims.length} claims shown`;
  };

  const reset = () => {
    query.value = "";
    for (const filter of filters) filter.value = "";
    apply();
  };

  query.addEventListener("input", apply);
  for (const filter of filters) filter.addEventListener("change", apply);
  one("#reset").addEventListener("click", reset);

  // -- opening and closing ---------------------------------------------------------------------

  const unfold = one("#unfold");
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    unfold.textContent = open ? "Close all" : "Open all";
    for (const details of all("details.evidence")) details.open = open;
  });

  // A link to a claim that a filter hides must still lead there.
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !target.matches("article.claim")) return;
    if (target.hidden) reset();
    for (const marked of all("article.target")) marked.classList.remove("target");
    target.classList.add("target");
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", follow);

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });

  // -- the graph: what a claim rests on --------------------------------------------------------

  for (const graph of all("svg.graph")) {
    const lines = all(".line", graph);
    const boxes = all("[data-box]", graph);
    const light = (start) => {
      const reached = new Set(start ? [start] : []);
      let before = -1;
      while (reached.size !== before) {
        before = reached.size;
        for (const line of lines) if (reached.has(line.dataset.from)) reached.add(line.dataset.to);
      }
      graph.classList.toggle("lit", Boolean(start));
      for (const line of lines) line.classList.toggle("on", reached.has(line.dataset.from));
      for (const box of boxes) box.classList.toggle("on", reached.has(box.dataset.box));
    };
    for (const box of boxes) {
      for (const event of ["mouseenter", "focus"]) box.addEventListener(event, () => light(box.dataset.box));
      for (const event of ["mouseleave", "blur"]) box.addEventListener(event, () => light(""));
    }
  }

  // -- light and dark --------------------------------------------------------------------------

  const theme = one("#theme");
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try { return localStorage.getItem("touchstone-theme"); } catch { return null; }
  };
  const isDark = () => (document.documentElement.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
  const label = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-pressed", String(isDark()));
    theme.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  theme.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("touchstone-theme", next); } catch { /* a browser without storage */ }
    label();
  });
  if (["light", "dark"].includes(stored())) document.documentElement.dataset.theme = stored();
  prefersDark.addEventListener("change", label);

  if (window.matchMedia("(max-width: 44rem)").matches) one(".contents details").open = false;
  one("#tools").hidden = false;
  theme.hidden = false;
  label();
  apply();
  follow();
})();
