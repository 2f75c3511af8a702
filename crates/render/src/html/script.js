"use strict";
(() => {
  const severities = ["critical", "high", "unknown", "medium", "low", "info"];
  const tables = [...document.querySelectorAll("table.findings")];
  const controls = document.getElementById("controls");
  if (!controls || tables.length === 0) return;
  const sections = tables.map((table) => ({
    table,
    whole: table.closest("section"),
    rows: [...table.tBodies[0].rows].map((row, place) => ({
      row,
      place,
      text: "",
      severity: severities.find((word) => row.classList.contains(word)),
      isNew: row.classList.contains("new"),
    })),
  }));
  const all = sections.reduce((sum, section) => sum + section.rows.length, 0);
  const search = document.getElementById("search");
  const onlyNew = document.getElementById("only-new");
  const shown = document.getElementById("shown");
  const boxes = [...controls.querySelectorAll("fieldset input")];

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const { whole, rows } of sections) {
      let left = 0;
      for (const entry of rows) {
        if (words.length > 0 && entry.text === "") entry.text = entry.row.textContent.toLowerCase();
        const visible = wanted.has(entry.severity) && (!onlyNew.checked || entry.isNew)
          && words.every((word) => entry.text.includes(word));
        if (entry.row.hidden === visible) entry.row.hidden = !visible;
        if (visible) left += 1;
      }
      whole.hidden = left === 0;
      count += left;
    }
    shown.value = count === all ? `${all} findings` : `${count} of ${all} findings`;
  }

  const order = new Intl.Collator("en", { numeric: true });
  const keys = [
    (entry) => severities.indexOf(entry.severity),
    (entry) => entry.row.cells[1].textContent.trim(),
    (entry) => entry.row.cells[2].textContent.trim(),
    (entry) => entry.row.cells[3].textContent.trim(),
  ];

  function sort(section, column, head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = section.rows.map((entry) => ({ entry, key: keys[column](entry) }));
    const compare = column === 0 ? (a, b) => a - b : order.compare;
    keyed.sort((a, b) => (down ? compare(b.key, a.key) : compare(a.key, b.key)) || a.entry.place - b.entry.place);
    const fragment = document.createDocumentFragment();
    for (const { entry } of keyed) fragment.append(entry.row);
    section.table.tBodies[0].append(fragment);
  }

  for (const section of sections) {
    [...section.table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(section, column, head));
    });
  }

  let timer = 0;
  controls.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 100);
  });
  controls.hidden = false;
  filter();

  // Paper cannot be unfolded: what blocks is printed with everything that is known of it.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("#fail details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
