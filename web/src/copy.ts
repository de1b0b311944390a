// <copy-button data-copy="text"><button>Copy</button></copy-button>; what stands before it where it names no text

import { make, speaker } from "./page";

class CopyButton extends HTMLElement {
    connectedCallback(): void {
        if (this.querySelector("[role=status]")) {
            return;
        }
        this.hidden = false;
        const say = speaker("copy", this.dataset.done ? { done: this.dataset.done } : undefined);
        const button = this.querySelector("button") ?? this.appendChild(make("button", { type: "button" }, say("copy")));
        const status = make("span", { role: "status", class: "copied" });
        this.append(status);
        button.addEventListener("click", async () => {
            status.textContent = "";
            const done = await copy(this.dataset.copy ?? this.previousElementSibling?.textContent ?? "");
            status.textContent = say(done ? "done" : "failed");
        });
    }
}

/** Put text on the clipboard; whether that was allowed. */
export async function copy(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const before = document.activeElement;
        const area = make("textarea", { class: "off-screen", "aria-hidden": "true" });
        area.value = text;
        document.body.append(area);
        area.select();
        const done = document.execCommand("copy");
        area.remove();
        (before as HTMLElement | null)?.focus?.();
        return done;
    }
}

if (!customElements.get("copy-button")) {
    customElements.define("copy-button", CopyButton);
}
