"use strict";
// The table of all inputs: sorted, searched and filtered in memory, and drawn
// only where it is looked at.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  // A row is [input, state, bytes, milliseconds, output, reason, problems]; a
  // problem is [code, severity, where, detail] or a code alone.
  const [INPUT, STATE, BYTES, MS, OUTPUT, REASON, PROBLEMS] = [0, 1, 2, 3, 4, 5, 6];
  const states = ["converted", "skipped", "failed"];
  const severities = ["", "info", "loss", "error"];
  const rowHeight = 30;
  const byId = (id) => document.getElementById(id);
  const view = byId("view"), pane = byId("rows"), search = byId("search"), stateBox = byId("state"), codeBox = byId("code");
  const codeOf = (p) => data.codes[typeof p === "number" ? p : p[0]];

  // Lower-case text of each row, made when the first search needs it.
  let haystack = null;
  const textOf = (r) => [r[INPUT], r[OUTPUT], r[REASON], ...r[PROBLEMS].map((p) => (typeof p === "number" ? codeOf(p) : codeOf(p) + " " + p[2] + " " + p[3]))].join("\n").toLowerCase();

  const columns = [
    { title: "Input", key: (r) => r[INPUT], text: (r) => r[INPUT] },
    { title: "State", key: (r) => r[STATE], text: (r) => states[r[STATE]], cls: (r) => "state-" + states[r[STATE]] },
    { title: "Size", key: (r) => r[BYTES], text: (r) => size(r[BYTES]), number: true },
    { title: "Time", key: (r) => r[MS], text: (r) => time(r[MS]), number: true },
    { title: "Problems", key: (r) => r[PROBLEMS].length, text: (r) => r[PROBLEMS].length || "", number: true },
    { title: "Reason or codes", key: (r) => remark(r), text: (r) => remark(r) },
  ];
  const remark = (r) => r[REASON] || [...new Set(r[PROBLEMS].map(codeOf))].join(", ");

  function size(n) {
    for (const unit of ["B", "kB", "MB", "GB", "TB"]) {
      if (n < 1000 || unit === "TB") return (unit === "B" ? n : n.toFixed(1)) + " " + unit;
      n /= 1000;
    }
  }
  const time = (ms) => (ms < 1000 ? ms.toFixed(1) + " ms" : (ms / 1000).toFixed(2) + " s");

  let order = [];            // indices of the rows shown
  let sorted = { column: 0, down: false };

  function element(tag, cls, text) {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  // filter finds the rows to show and sorts them.
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const state = stateBox.value === "" ? -1 : Number(stateBox.value);
    const code = codeBox.value;
    if (words.length && !haystack) haystack = data.rows.map(textOf);
    order = [];
    data.rows.forEach((r, i) => {
      if (state >= 0 && r[STATE] !== state) return;
      if (code && !r[PROBLEMS].some((p) => codeOf(p) === code)) return;
      if (words.length && !words.every((w) => haystack[i].includes(w))) return;
      order.push(i);
    });
    const key = columns[sorted.column].key, sign = sorted.down ? -1 : 1;
    if (sorted.column !== 0 || sorted.down) { // rows come sorted by input
      const keys = new Map(order.map((i) => [i, key(data.rows[i])]));
      order.sort((a, b) => {
        const x = keys.get(a), y = keys.get(b);
        return x < y ? -sign : x > y ? sign : a - b;
      });
    }
    byId("count").textContent = order.length === data.rows.length ? `${order.length} inputs` : `${order.length} of ${data.rows.length} inputs`;
    pane.style.height = order.length * rowHeight + "px";
    view.scrollTop = 0;
    draw();
  }

  // draw makes the rows that can be seen, and some around them.
  function draw() {
    const first = Math.max(0, Math.floor(view.scrollTop / rowHeight) - 10);
    const last = Math.min(order.length, first + Math.ceil(view.clientHeight / rowHeight) + 20);
    const some = document.createDocumentFragment();
    for (let n = first; n < last; n++) {
      const r = data.rows[order[n]];
      const row = element("div", "row body");
      row.style.cssText = `position:absolute;left:0;right:0;top:${n * rowHeight}px`;
      row.tabIndex = 0;
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", n + 2);
      for (const c of columns) {
        const cell = element("span", (c.number ? "n " : "") + (c.cls ? c.cls(r) : ""), c.text(r));
        cell.setAttribute("role", "cell");
        cell.title = cell.textContent;
        row.append(cell);
      }
      row.addEventListener("click", () => detail(r));
      row.addEventListener("keydown", (e) => { if (e.key === "Enter") detail(r); });
      some.append(row);
    }
    pane.replaceChildren(some);
  }

  // detail shows everything that the page has of a row.
  function detail(r) {
    const box = byId("detail"), list = element("dl");
    const add = (name, text, cls) => { if (text !== "") list.append(element("dt", "", name), element("dd", cls, text)); };
    add("Input", r[INPUT], "mono");
    add("State", states[r[STATE]], "state-" + states[r[STATE]]);
    add("Reason", r[REASON]);
    add("Output", r[OUTPUT], "mono");
    add("Size", size(r[BYTES]));
    add("Time", time(r[MS]));
    for (const p of r[PROBLEMS]) {
      if (typeof p === "number") add("Problem", codeOf(p), "mono");
      else add("Problem", `${severities[p[1]]} ${codeOf(p)}${p[2] ? " at " + p[2] : ""}${p[3] ? ": " + p[3] : ""}`, "sev-" + severities[p[1]]);
    }
    box.replaceChildren(list);
    box.hidden = false;
  }

  const head = byId("head");
  columns.forEach((c, i) => {
    const cell = element("span", c.number ? "n" : "");
    cell.setAttribute("role", "columnheader");
    const button = element("button", "", c.title);
    button.addEventListener("click", () => {
      sorted = { column: i, down: sorted.column === i ? !sorted.down : Boolean(c.number) };
      head.querySelectorAll("button").forEach((b, j) => { b.textContent = columns[j].title + (j === i ? (sorted.down ? " ▾" : " ▴") : ""); });
      filter();
    });
    cell.append(button);
    head.append(cell);
  });
  for (const code of data.codes) codeBox.append(new Option(code, code));
  document.querySelectorAll("button[data-code]").forEach((b) => b.addEventListener("click", () => {
    codeBox.value = b.dataset.code;
    filter();
    byId("inputs").scrollIntoView();
  }));
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  stateBox.addEventListener("change", filter);
  codeBox.addEventListener("change", filter);
  view.addEventListener("scroll", () => requestAnimationFrame(draw));
  addEventListener("resize", draw);
  filter();
})();
