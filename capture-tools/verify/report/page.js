// SPDX-License-Identifier: GPL-2.0-or-later
// The filter box over rows of findings, sessions and sites; what is folded is opened for print.
"use strict";
(function () {
  const box = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const rows = Array.from(document.querySelectorAll(".row"));
  const texts = rows.map((row) => row.closest("article, section").querySelector("h2, h3").textContent + " " + row.textContent);
  const lower = texts.map((text) => text.toLowerCase());

  function filter() {
    const words = box.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    let count = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => lower[i].includes(word));
      count += row.hidden ? 0 : 1;
    });
    for (const rule of document.querySelectorAll("article.rule")) {
      rule.hidden = words.length > 0 && rule.querySelector(".row:not([hidden])") === null;
    }
    if (words.length > 0) {
      for (const folded of document.querySelectorAll("section > details")) {
        folded.open = folded.open || folded.querySelector(".row:not([hidden])") !== null;
      }
    }
    shown.textContent = count + " of " + rows.length + " rows";
  }

  document.getElementById("filter-box").hidden = rows.length === 0;
  box.addEventListener("input", filter);
  filter();

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((folded) => { folded.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((folded) => { folded.open = false; }));
})();
