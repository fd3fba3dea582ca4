// Sorting, filtering and copying of tables, cells that are picked or hidden, and what a figure says
// where one points at it. The page reads without any of this.
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// ---- The state, which lives in the address: #anchor&cells=gru,lstm&hidden=rnn&sort=table:epochs:descending
const state = { anchor: "", cells: new Set(), hidden: new Set(), sorts: new Map() };

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // an address that somebody cut or wrote by hand
  }
}

function readAddress() {
  const [anchor, ...parts] = location.hash.slice(1).split("&");
  const pairs = anchor.includes("=") ? [anchor, ...parts] : parts;
  state.anchor = anchor.includes("=") ? "" : decoded(anchor);
  const listed = (key) => pairs.filter((pair) => pair.startsWith(key + "="))
    .flatMap((pair) => pair.slice(key.length + 1).split(",")).filter(Boolean).map(decoded);
  const known = new Set(all(".chip").map((chip) => chip.dataset.cell));
  state.hidden = new Set(listed("hidden").filter((row) => known.has(row)));
  state.cells = new Set(listed("cells").filter((row) => known.has(row) && !state.hidden.has(row)));
  state.sorts = new Map(listed("sort").map((text) => text.split(":")).map(([id, ...how]) => [id, [how.slice(0, -1).join(":"), how.at(-1)]]));
}

function writeAddress() {
  const listed = (key, items) => (items.length ? [key + "=" + items.map(encodeURIComponent).join(",")] : []);
  const sorts = [...state.sorts].map(([id, how]) => [id, ...how].join(":"));
  const parts = [state.anchor, ...listed("cells", [...state.cells]), ...listed("hidden", [...state.hidden]), ...listed("sort", sorts)];
  history.replaceState(null, "", "#" + parts.filter((part, place) => part || !place).join("&").replace(/^&/, ""));
}

let settling = 0;
function scrollUntilItStays(target, times = 20) { // sections take their own height only when they come near
  target.scrollIntoView();
  settling = times && setTimeout(scrollUntilItStays, 60, target, times - 1);
}

function showAnchor() {
  clearTimeout(settling);
  const target = state.anchor && document.getElementById(state.anchor);
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  scrollUntilItStays(target);
  all(".here-now").forEach((row) => row.classList.remove("here-now"));
  if (target.tagName !== "TR") return;
  target.classList.add("here-now");
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// ---- Cells
const shown = new Map(); // what was shown of each cell last
function showCells() {
  document.body.classList.toggle("some", state.cells.size > 0);
  for (const chip of all(".chip")) {
    const row = chip.dataset.cell;
    const [on, gone] = [state.cells.has(row), state.hidden.has(row)];
    chip.setAttribute("aria-pressed", on);
    chip.classList.toggle("hidden", gone);
    if (`${on} ${gone}` === (shown.get(row) || "false false")) continue;
    shown.set(row, `${on} ${gone}`);
    const line = chip.querySelector("line");
    for (const part of all(`[data-cell="${CSS.escape(row)}"]`)) {
      part.classList.toggle("on", on);
      if (part.matches(".rest")) {
        part.style.setProperty("--own", line.getAttribute("stroke"));
        part.style.setProperty("--dashes", line.getAttribute("stroke-dasharray") || "none");
      }
      if (!part.matches(".chip, .answer")) part.classList.toggle("gone", gone);
    }
  }
}

function pick(row) {
  const hides = document.getElementById("mode").getAttribute("aria-pressed") === "true";
  const [into, other] = hides ? [state.hidden, state.cells] : [state.cells, state.hidden];
  other.delete(row);
  if (!into.delete(row)) into.add(row);
  writeAddress();
  showCells();
}

function startCells() {
  document.getElementById("cells").hidden = !document.querySelector(".chip");
  document.getElementById("all").onclick = () => {
    state.cells.clear();
    state.hidden.clear();
    writeAddress();
    showCells();
  };
  const mode = document.getElementById("mode");
  mode.onclick = () => mode.setAttribute("aria-pressed", mode.getAttribute("aria-pressed") !== "true");
  document.addEventListener("click", (event) => {
    const part = event.target.closest(".chip, svg .cell, .name");
    if (part) pick(part.dataset.cell);
    if (innerWidth <= 1024 && event.target.matches(".contents a")) event.target.closest("details").open = false;
  });
}

// ---- Tables
const textOf = (cell) => (cell.querySelector("summary") || cell).textContent.trim().replace(/\u00a0/g, " ");
const linesOf = (table) => [table.tHead.rows[0], ...table.tBodies[0].rows].filter((row) => !row.hidden && !row.classList.contains("gone"))
  .map((row) => [...row.cells].map(textOf));
const ofLatex = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "$<$", ">": "$>$", "|": "$|$",
  "↑": "$\\uparrow$", "↓": "$\\downarrow$", "≤": "$\\le$", "≥": "$\\ge$", "±": "$\\pm$", "µ": "$\\mu$", "⁶": "$^6$", "⁹": "$^9$" };
const escaped = (text) => text.replace(/[&%$#_{}]|[\\~^<>|↑↓≤≥±µ⁶⁹]/g, (sign) => ofLatex[sign] || "\\" + sign);
const formats = {
  CSV: (lines) => lines.map((line) => line.map((text) => (/[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text)).join(",")).join("\n"),
  Markdown: ([head, ...body]) => [head, head.map(() => "---"), ...body].map((line) => "| " + line.map((text) => text.replace(/\|/g, "\\|")).join(" | ") + " |").join("\n"),
  LaTeX: ([head, ...body]) => {
    const rows = [head, ...body].map((line) => line.map(escaped).join(" & ") + " \\\\");
    return ["\\begin{tabular}{l" + "r".repeat(head.length - 1) + "}", "\\toprule", rows[0], "\\midrule", ...rows.slice(1), "\\bottomrule", "\\end{tabular}"].join("\n");
  },
};

const headsOf = (table) => [...table.tHead.rows[0].cells];

function sortTable(table, title, direction) {
  const column = headsOf(table).findIndex((head) => textOf(head) === title);
  if (column < 0) return;
  const body = table.tBodies[0];
  const sign = direction === "descending" ? -1 : 1;
  const order = (row) => row.cells[column]?.dataset.order;
  const compare = (a, b) => {
    const [x, y] = [order(a), order(b)];
    if (x !== undefined && y !== undefined) return sign * (x - y);
    if (x !== undefined || y !== undefined) return x === undefined ? 1 : -1;
    return sign * textOf(a.cells[column]).localeCompare(textOf(b.cells[column]));
  };
  const rows = [...body.rows];
  const last = rows.filter((row) => row.classList.contains("trivial"));
  const first = rows.filter((row) => row.classList.contains("asked"));
  body.append(...first, ...rows.filter((row) => !first.includes(row) && !last.includes(row)).sort(compare), ...last);
  headsOf(table).forEach((head, place) => (head.ariaSort = place === column ? direction : null));
}

const written = new Map(); // rows of tables in their own order
function showSorts() {
  for (const section of all("section.table:has(th[aria-sort])").filter((found) => !state.sorts.has(found.id))) {
    section.querySelector("tbody").append(...written.get(section.id));
    section.querySelector("th[aria-sort]").ariaSort = null;
  }
  for (const [id, [title, direction]] of state.sorts) {
    const section = document.getElementById(id);
    if (!section?.matches("section.table")) continue;
    startTable(section);
    sortTable(section.querySelector("table.data"), title, direction);
  }
}

async function copy(text, button) {
  const area = make("textarea", { value: text });
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const name = button.textContent;
  button.textContent = "copied";
  setTimeout(() => (button.textContent = name), 900);
}

function startTable(section) {
  const table = section.querySelector("table.data");
  if (section.dataset.started) return;
  section.dataset.started = "true";
  const id = section.id;
  written.set(id, [...table.tBodies[0].rows]);
  headsOf(table).forEach((head) => {
    const title = textOf(head) || "state";
    const button = make("button", { type: "button", textContent: title });
    button.onclick = () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      sortTable(table, title, direction);
      state.sorts.set(id, [title, direction]);
      writeAddress();
    };
    head.replaceChildren(button);
  });
  const filter = make("input", { type: "search", placeholder: "filter rows", ariaLabel: "Filter rows of this table" });
  filter.oninput = () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  };
  const copies = Object.entries(formats).map(([name, format]) => {
    const button = make("button", { type: "button", textContent: name, title: "Copy as " + name });
    button.onclick = () => copy(format(linesOf(table)), button);
    return button;
  });
  const many = table.tBodies[0].rows.length > 8 ? [filter] : [];
  section.querySelector(".scroll").before(make("div", { className: "tools" }, ...many, "copy as ", ...copies));
}

// ---- What a part says
function sayingAt(part, event) {
  const lines = part.dataset.says.split("⏎");
  const path = lines.length > 1 && part.querySelector("path");
  if (!path || !event.clientX) return lines.at(-1);
  const matrix = path.getScreenCTM().inverse();
  const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix).x;
  const points = [...path.getAttribute("d").matchAll(/[ML]\s*(-?[\d.]+)/g)].map((match) => +match[1]);
  const nearest = points.reduce((best, place, at) => (Math.abs(place - x) < Math.abs(points[best] - x) ? at : best), 0);
  return lines[Math.min(nearest, lines.length - 1)];
}

function widenLines(svg) {
  svg.dataset.wide = "true";
  for (const line of all("g[data-says]", svg).filter((part) => part.dataset.says.includes("⏎"))) {
    const hit = line.querySelector("path").cloneNode();
    hit.setAttribute("style", "fill: none; stroke: transparent; stroke-width: 9");
    line.append(hit); // a line of a pixel and a half is hard to point at
  }
}

function startTips() {
  const tip = document.getElementById("tip");
  const show = (event) => {
    const svg = event.target.closest?.("svg[role=img]");
    if (svg && !svg.dataset.wide) widenLines(svg);
    const part = event.target.closest?.("[data-says], [title], svg .cell");
    if (part?.title) { // without script the browser shows it
      part.dataset.says = part.ariaDescription = part.title;
      part.removeAttribute("title");
    }
    const says = part && (part.dataset.says ? sayingAt(part, event) : part.dataset.cell);
    tip.hidden = !says;
    if (tip.hidden) return;
    tip.textContent = says;
    const box = part.getBoundingClientRect();
    const x = event.clientX || box.left;
    const y = event.clientY || box.bottom;
    tip.style.left = Math.max(4, Math.min(x + 12, innerWidth - tip.offsetWidth - 4)) + "px";
    tip.style.top = Math.min(y + 14, innerHeight - tip.offsetHeight - 4) + "px";
  };
  ["pointermove", "pointerdown", "focusin"].forEach((name) => document.addEventListener(name, show, { passive: true }));
  document.addEventListener("keydown", (event) => (tip.hidden = tip.hidden || event.key === "Escape"));
}

function show() {
  showCells();
  showSorts();
  showAnchor();
}

function start() {
  readAddress();
  startCells();
  const startNear = (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => startTable(entry.target));
  const near = new IntersectionObserver(startNear, { rootMargin: "800px" });
  all("section.table").forEach((section) => near.observe(section));
  startTips();
  all(".contents details").forEach((part) => (part.open = innerWidth > 1024));
  show();
  addEventListener("hashchange", () => {
    const { cells, hidden, sorts } = state;
    readAddress();
    if (!location.hash.includes("=")) { // a link on the page: what is shown stays
      Object.assign(state, { cells, hidden, sorts });
      writeAddress();
    }
    show();
  });
  ["wheel", "touchstart", "keydown", "pointerdown"].forEach((name) => addEventListener(name, () => clearTimeout(settling), { passive: true }));
}
start();
