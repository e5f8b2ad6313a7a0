"use strict";
const FONT = { family: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif', size: 13, color: "#1b1f24" };
const AXIS = { gridcolor: "#e4e8ec", zeroline: false, automargin: true, linecolor: "#8c959f" };
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5b5b5b"];

function draw(chart) {
  const layout = Object.assign({ font: FONT, colorway: COLOURS, margin: { l: 60, r: 20, t: 16, b: 50 },
    paper_bgcolor: "#fff", plot_bgcolor: "#fff", hoverlabel: { font: FONT },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 } }, chart.layout);
  for (const key of Object.keys(layout)) {
    if (/^[xy]axis/.test(key)) layout[key] = Object.assign({}, AXIS, layout[key]);
  }
  for (const key of ["xaxis", "yaxis"]) layout[key] = layout[key] || Object.assign({}, AXIS);
  Plotly.newPlot(chart.id, chart.data, layout, { responsive: true, displayModeBar: false });
}

// A heading of a table sorts it: numbers as numbers, absent values last.
function sort(button) {
  const head = button.closest("th"), table = head.closest("table"), body = table.tBodies[0];
  const column = [...head.parentNode.children].indexOf(head);
  const order = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const key = row => row.children[column].dataset.key;
  const compare = (left, right) => {
    const a = key(left), b = key(right);
    if (a === "" || b === "") return (a === "") - (b === "");
    const x = Number(a), y = Number(b);
    return order * (Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y);
  };
  for (const other of head.parentNode.children) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", order === 1 ? "ascending" : "descending");
  body.append(...[...body.rows].sort(compare));
}

CHARTS.forEach(draw);
for (const button of document.querySelectorAll("th button")) button.addEventListener("click", () => sort(button));
document.documentElement.dataset.ready = "yes";
