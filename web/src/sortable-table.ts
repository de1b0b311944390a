// <sortable-table> around a <table>: its headings become buttons that sort, and a box above filters its rows.

import { fold, freshId, language, make, speaker, ungrouped } from "./page";

const FEWEST = 8;

class SortableTable extends HTMLElement {
    connectedCallback(): void {
        const table = this.querySelector("table");
        const body = table?.tBodies[0];
        if (!table || !body || this.dataset.ready) {
            return;
        }
        this.dataset.ready = "yes";
        const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
        heads.forEach((head, column) => {
            if (head.dataset.sort !== "none" && head.textContent?.trim()) {
                this.addSort(head, column, body, heads);
            }
        });
        const wanted = this.dataset.filterLabel !== undefined || body.rows.length >= FEWEST;
        if (wanted && this.dataset.filter !== "none") {
            this.addFilter(body);
        }
    }

    private addSort(head: HTMLTableCellElement, column: number, body: HTMLTableSectionElement, heads: HTMLTableCellElement[]): void {
        const button = make("button", { type: "button", class: "sort" });
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => {
            const up = head.getAttribute("aria-sort") !== "ascending";
            heads.forEach((other) => other.removeAttribute("aria-sort"));
            head.setAttribute("aria-sort", up ? "ascending" : "descending");
            sortRows(body, column, up);
        });
    }

    private addFilter(body: HTMLTableSectionElement): void {
        const say = speaker("table", this.dataset.filterLabel ? { filter: this.dataset.filterLabel } : undefined);
        const id = freshId("filter");
        const input = make("input", { type: "search", id, autocomplete: "off" });
        const status = make("span", { role: "status", class: "count" });
        const all = body.rows.length;
        input.addEventListener("input", () => {
            const words = fold(ungrouped(input.value)).split(/\s+/).filter(Boolean);
            let n = 0;
            for (const row of body.rows) {
                const text = fold(ungrouped(row.textContent ?? ""));
                row.hidden = !words.every((word) => text.includes(word));
                n += row.hidden ? 0 : 1;
            }
            if (words.length) {
                showRest(this);
            }
            status.textContent = words.length ? say("count-of", { n, all }) : say("count", { n: all });
        });
        this.prepend(make("p", { class: "table-filter" }, make("label", { for: id }, say("filter")), " ", input, " ", status));
    }
}

/** Ask for all rows of a table of which a small screen shows the first: those that are left may be further down. */
function showRest(table: HTMLElement): void {
    const choice = table.closest(":has(+ .rest)")?.nextElementSibling?.querySelector("input");
    if (choice) {
        choice.checked = true;
    }
}

const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

/** Sort a table's rows by a column: by `data-value` where a cell has it, else as a reader of the language would. */
export function sortRows(body: HTMLTableSectionElement, column: number, up: boolean): void {
    const rows = [...body.rows].map((row, place) => ({ row, place, key: keyOf(row.cells[column]) }));
    rows.sort((one, two) => {
        const empty = Number(one.key === "") - Number(two.key === "");
        return empty || (up ? 1 : -1) * compare(one.key, two.key) || one.place - two.place;
    });
    body.append(...rows.map(({ row }) => row));
}

function keyOf(cell: HTMLTableCellElement | undefined): string | number {
    const value = cell?.dataset.value ?? cell?.querySelector<HTMLElement>("[data-value]")?.dataset.value;
    const text = (value ?? ungrouped(cell?.textContent ?? "")).trim();
    return value !== undefined && text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function compare(one: string | number, two: string | number): number {
    return typeof one === "number" && typeof two === "number" ? one - two : collator.compare(String(one), String(two));
}

if (!customElements.get("sortable-table")) {
    customElements.define("sortable-table", SortableTable);
}
