// The small elements, and the larger ones fetched when a page has them.

import "./frame";
import "./coherence-filter";
import "./copy";
import "./data-language";
import "./label-search";
import "./review-desk";
import "./shared-things";
import "./sortable-table";
import "./unfold";
import { load } from "./page";

// so that the first link of a page leads there in every browser
document.querySelector("main")?.setAttribute("tabindex", "-1");

// a link that stands in every row says of which it is
for (const link of document.querySelectorAll<HTMLAnchorElement>(".of-meets td:last-child > a")) {
    link.ariaLabel = `${link.textContent} ${link.closest("tr")?.cells[0]?.textContent}`;
}

// what scrolls is reached with the keyboard, once it is wider than its room
const boxes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth && !target.role) {
            const name = (target.querySelector("table[aria-labelledby]") ?? target.closest("[aria-labelledby]"))?.getAttribute("aria-labelledby");
            const caption = target.closest("figure")?.querySelector("figcaption")?.firstChild?.textContent?.trim();
            const named = name ? { "aria-labelledby": name } : { "aria-label": caption ?? "" };
            Object.entries({ role: "group", tabindex: "0", ...named }).forEach(([key, value]) => target.setAttribute(key, value));
        }
    }
});
document.querySelectorAll(".scroll:not([role])").forEach((box) => boxes.observe(box));

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
