"use strict";
// Sorting, filtering and copying; without scripts the page shows everything all the same.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    if (head.dataset.sorted) head.setAttribute("aria-sort", head.dataset.sorted);
    button.addEventListener("click", () => sortBy(table, heads, column));
  });
}

function sortBy(table, heads, column) {
  const head = heads[column];
  const rows = [...table.tBodies[0].rows];
  const values = new Map(rows.map((row) => [row, row.cells[column].dataset.by ?? ""]));
  const known = [...values.values()].filter((value) => value !== "");
  const numbers = known.every((value) => !Number.isNaN(Number(value)));
  const was = head.getAttribute("aria-sort");
  // Scores are looked at from the best, everything else from the least.
  const first = head.dataset.first === "descending" ? "descending" : "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const order = was === first ? other : first;
  const sign = order === "ascending" ? 1 : -1;
  rows.sort((a, b) => {
    const x = values.get(a);
    const y = values.get(b);
    if (x === "" || y === "") return (x === "") - (y === "");
    return sign * (numbers ? Number(x) - Number(y) : x.localeCompare(y));
  });
  table.tBodies[0].append(...rows);
  for (const one of heads) one.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
}

const filter = document.getElementById("filter");
if (filter) {
  const rows = [...document.querySelectorAll("table.suggestions tbody tr")];
  const count = document.getElementById("count");
  filter.closest(".field").hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length}`;
  });
}

for (const pre of document.querySelectorAll("pre.code")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy by hand";
    }
  });
  pre.before(button);
}
