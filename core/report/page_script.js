"use strict";

// Slice viewers: the slider's value is the plane that every picture of the viewer shows.
for (const viewer of document.querySelectorAll(".viewer")) {
  const slider = viewer.querySelector("input");
  if (!slider) continue;
  const output = viewer.querySelector("output");
  const planes = slider.dataset.planes.split(" ");
  const show = () => {
    viewer.style.setProperty("--plane", slider.value);
    output.textContent = planes[slider.value] + " of " + slider.dataset.depth;
    slider.setAttribute("aria-valuetext", "plane " + output.textContent);
  };
  slider.addEventListener("input", show);
  show();
}

// Tables: a click on a column's name sorts by it, a second click the other way round. Rows without
// a number stay at the end.
for (const table of document.querySelectorAll("table.sortable")) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      const order = header.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", order);
      const body = table.tBodies[0];
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...body.rows];
      body.append(...rows.sort((a, b) => compareCells(a.cells[column], b.cells[column], sign)));
    });
  });
}

function compareCells(a, b, sign) {
  if (a.dataset.value === undefined) {
    return sign * a.textContent.localeCompare(b.textContent, "en", { numeric: true });
  }
  const [x, y] = [Number(a.dataset.value), Number(b.dataset.value)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x === y ? 0 : sign * (x < y ? -1 : 1);
}
