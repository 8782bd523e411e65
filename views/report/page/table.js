// Tables that sort by their headers and have pages where they are long: the ranking, and each chart's
// numbers.

/// A column: {name, title, number (right-aligned), heads (its cells head their rows), value(row) to sort
/// by, text(row), cell(row) where it is more than text}. `decorate(line, row)` is told each row's element.
class DataTable {
  constructor({ caption, columns, rows, pageSize = 25, decorate = null }) {
    Object.assign(this, { columns, rows, pageSize, decorate });
    this.sort = null;
    this.page = 0;
    this.head = makeElement("thead");
    this.body = makeElement("tbody");
    this.where = makeElement("span", { role: "status" });
    this.back = makeElement("button", { type: "button", onclick: () => this.turnTo(this.page - 1) },
      "Previous");
    this.forth = makeElement("button", { type: "button", onclick: () => this.turnTo(this.page + 1) },
      "Next");
    this.element = makeElement("div", {},
      makeElement("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
        makeElement("table", {}, makeElement("caption", {}, caption), this.head, this.body)),
      makeElement("div", { class: "pager" }, this.back, this.where, this.forth));
    this.drawHead();
    this.drawBody();
  }

  show(columns, rows) {
    Object.assign(this, { columns, rows });
    this.page = Math.min(this.page, Math.max(0, this.pages() - 1));
    this.drawHead();
    this.drawBody();
  }

  pages() {
    return Math.ceil(this.rows.length / this.pageSize);
  }

  turnTo(page) {
    this.page = page;
    this.drawBody();
  }

  sortBy(name) {
    const descending = this.sort && this.sort.name === name ? !this.sort.descending : false;
    this.sort = { name, descending };
    this.page = 0;
    this.drawHead();
    this.drawBody();
    const button = this.head.querySelector(`[data-column="${CSS.escape(name)}"]`);
    if (button) button.focus();
  }

  drawHead() {
    const cells = this.columns.map((column) => {
      const sorted = this.sort && this.sort.name === column.name;
      const direction = sorted ? (this.sort.descending ? "descending" : "ascending") : "none";
      const arrow = makeElement("span", { "aria-hidden": "true", class: "arrow" },
        sorted ? (this.sort.descending ? "▼" : "▲") : "");
      const title = column.value
        ? makeElement("button", { type: "button", "data-column": column.name,
            onclick: () => this.sortBy(column.name) }, column.title, arrow)
        : column.title;
      return makeElement("th", { scope: "col", class: column.number ? "number" : null,
        "aria-sort": column.value ? direction : null }, title);
    });
    this.head.replaceChildren(makeElement("tr", {}, cells));
  }

  sorted() {
    const column = this.sort && this.columns.find((each) => each.name === this.sort.name);
    if (!column) return this.rows;
    const direction = this.sort.descending ? -1 : 1;
    const keyed = this.rows.map((row, i) => ({ row, i, key: column.value(row) }));
    keyed.sort((a, b) => {
      const none = (key) => key === null || key === undefined || Number.isNaN(key);
      if (none(a.key) || none(b.key)) return none(a.key) - none(b.key) || a.i - b.i;  // last, always
      if (a.key === b.key) return a.i - b.i;
      return (a.key < b.key ? -1 : 1) * direction;
    });
    return keyed.map((each) => each.row);
  }

  drawBody() {
    const first = this.page * this.pageSize;
    const shown = this.sorted().slice(first, first + this.pageSize);
    this.body.replaceChildren(...shown.map((row) => this.makeRow(row)));
    this.where.textContent = shown.length === 0 ? "nothing to show"
      : `${first + 1} to ${first + shown.length} of ${wholeNumber(this.rows.length)}`;
    this.back.disabled = this.page === 0;
    this.forth.disabled = this.page + 1 >= this.pages();
    this.back.hidden = this.forth.hidden = this.pages() <= 1;
  }

  makeRow(row) {
    const line = makeElement("tr", {}, this.columns.map((column) => {
      const cell = makeElement(column.heads ? "th" : "td",
        { class: column.number ? "number" : null, scope: column.heads ? "row" : null });
      const content = column.cell ? column.cell(row) : column.text(row);
      cell.append(content === null ? "" : content);
      return cell;
    }));
    if (this.decorate) this.decorate(line, row);
    return line;
  }
}
