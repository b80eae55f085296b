"use strict";
(() => {
  const words = document.currentScript.dataset;
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const number = (text) => {
    const plain = text.replace(/,/g, "").replace(/%$/, "");
    return plain === "" ? NaN : Number(plain);
  };

  const sort = (body, place, isNumber, isRising) => {
    const rows = [...body.rows].map((row) => ({ row, text: row.cells[place].textContent }));
    const turn = isRising ? 1 : -1;
    rows.sort((one, other) => {
      if (one.text === "" || other.text === "") return (one.text === "") - (other.text === "");
      const apart = isNumber ? number(one.text) - number(other.text) : order.compare(one.text, other.text);
      return turn * apart;
    });
    body.append(...rows.map((found) => found.row));
  };

  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      // a real button in it would keep the heading from being printed on every page
      const button = document.createElement("span");
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      button.append(...head.childNodes);
      head.append(button);
      const isNumber = head.classList.contains("n");
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        button.click();
      });
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const isRising = before ? before === "descending" : !isNumber;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
        sort(table.tBodies[0], place, isNumber, isRising);
      });
    });
  };

  const searchable = (table) => {
    const rows = [...table.tBodies[0].rows];
    let texts = null;
    const line = document.createElement("div");
    const field = document.createElement("input");
    const count = document.createElement("output");
    line.className = "search";
    field.type = "search";
    field.placeholder = words.search;
    field.setAttribute("aria-label", words.search);
    field.autocomplete = "off";
    field.addEventListener("input", () => {
      texts ??= rows.map((row) => row.textContent.toLowerCase());
      const sought = field.value.trim().toLowerCase();
      let found = 0;
      rows.forEach((row, place) => {
        row.hidden = !texts[place].includes(sought);
        found += !row.hidden;
      });
      count.textContent = sought ? words.found.replace("{found}", found).replace("{rows}", rows.length) : "";
    });
    line.append(field, count);
    table.closest(".wide").before(line);
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    sortable(table);
    if (table.tBodies[0].rows.length > 10) searchable(table);
  }
})();
