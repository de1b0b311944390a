// The start script: the small elements, and the larger ones fetched when a page has them.

import "./coherence-filter";
import "./copy";
import "./data-language";
import "./label-search";
import "./review-desk";
import "./shared-things";
import "./sortable-table";
import "./unfold";
import { load, setParts } from "./page";

declare const PARTS: Record<string, string>;
setParts(PARTS);

// on small screens rows are cards, whose cells say their column
for (const table of document.querySelectorAll<HTMLTableElement>("table[data-cards]")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((head) => head.textContent?.trim() ?? "");
    for (const cell of table.querySelectorAll<HTMLTableCellElement>("tbody td")) {
        const name = heads[cell.cellIndex];
        if (name && !cell.querySelector("a[aria-label]")) {
            cell.dataset.name = name;
        }
    }
    table.dataset.cards = "named";
}

if (document.querySelector("sparql-editor, question-form")) {
    void load("workbench");
}

if (document.querySelector("svg [data-of]")) {
    void load("picture");
}

const networks = document.querySelectorAll("network-view");
if (networks.length) {
    const near = new IntersectionObserver(
        (entries) => {
            if (entries.some((entry) => entry.isIntersecting)) {
                near.disconnect();
                void load("network");
            }
        },
        { rootMargin: "600px" },
    );
    networks.forEach((network) => near.observe(network));
}
