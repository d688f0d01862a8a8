// Draws the day's chart with plotly from the data beside it, in the page's own colours, again when those change.
"use strict";
(() => {
  // Plotly makes style elements: with the page's nonce they are let in. So this file is loaded before plotly.
  const nonce = document.querySelector("link[nonce]").nonce;
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const made = create(name, options);
    if (made.localName === "style") made.nonce = nonce;
    return made;
  };
})();

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("hours");
  if (!place) return;
  const data = JSON.parse(place.dataset.chart);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  const bars = (series, fill) => ({
    type: "bar", name: series.name, x: data.hours, y: series.values, marker: { color: fill },
    text: series.texts, textposition: "none", hovertemplate: "%{text}<extra>%{fullData.name}</extra>",
  });

  const draw = () => {
    const narrow = place.clientWidth < 560;
    // With nothing sold there is no scale of its own: an empty day should not look like one of kopecks.
    const empty = [...data.day.values, ...data.before.values].every((value) => value === 0);
    const axis = { color: colour("muted"), fixedrange: true, tickfont: { size: 12 } };
    Plotly.react(place, [bars(data.before, colour("before")), bars(data.day, colour("accent"))], {
      barmode: "group", bargap: 0.25, bargroupgap: 0.08, separators: data.separators,
      font: { family: getComputedStyle(document.body).fontFamily, color: colour("ink") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 8, r: 8, t: 8, b: 8 },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", traceorder: "normal" },
      xaxis: { ...axis, type: "category", showgrid: false, automargin: true, tickangle: 0, nticks: narrow ? 7 : 24 },
      yaxis: { ...axis, rangemode: "tozero", ...(empty && { range: [0, 1000] }), tickformat: ",.2~f", ticksuffix: data.suffix, automargin: true, nticks: 6,
               gridcolor: colour("line"), zerolinecolor: colour("muted"), zerolinewidth: 1 },
      hovermode: "x unified",
      hoverlabel: { bgcolor: colour("sheet"), bordercolor: colour("line"), font: { color: colour("ink") } },
    }, { displayModeBar: false, responsive: true, locale: document.documentElement.lang });
  };

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
});
