// <shared-things> around tables whose rows have data-plans: of an address that names two plans, only what both have.

import { isStatic } from "./page";

class SharedThings extends HTMLElement {
    connectedCallback(): void {
        const keys = (new URLSearchParams(location.search).get("plans") ?? "").split("--").filter(Boolean);
        if (!isStatic || keys.length !== 2) {
            return;
        }
        const names = new Map<string, HTMLAnchorElement>();
        for (const row of this.querySelectorAll<HTMLTableRowElement>("tr[data-plans]")) {
            const plans = row.dataset.plans?.split(" ") ?? [];
            row.hidden = !keys.every((key) => plans.includes(key));
            row.querySelectorAll<HTMLAnchorElement>("td a").forEach((link, at) => names.set(plans[at] ?? "", link));
        }
        this.querySelectorAll<HTMLInputElement>(".rest input").forEach((choice) => (choice.checked = true));
        const notice = this.querySelector<HTMLElement>(".notice");
        const told = keys.flatMap((key, at) => [at ? ", " : "", names.get(key)?.cloneNode(true) ?? key]);
        notice?.querySelector("span")?.append(...told);
        notice?.toggleAttribute("hidden", false);
    }
}

customElements.define("shared-things", SharedThings);
