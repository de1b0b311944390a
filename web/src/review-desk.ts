// Keys for whoever decides on many candidates: each presses the button or follows the link that bears it.

const REASONS = "12345";
const FIELDS = ["input:not([type=radio], [type=checkbox])", "textarea", "select"].join();

class ReviewDesk extends HTMLElement {
    private reasons = false;

    connectedCallback(): void {
        document.addEventListener("keydown", this.press);
    }

    disconnectedCallback(): void {
        document.removeEventListener("keydown", this.press);
    }

    private readonly press = (event: KeyboardEvent): void => {
        const inside = event.target instanceof HTMLElement && event.target.closest(FIELDS);
        if (inside || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        const reason = this.reasons ? REASONS.indexOf(event.key) : -1;
        this.reasons = false;
        const first = this.querySelector<HTMLInputElement>("[name=rejection]");
        if (event.key === "r" && first) {
            // The reason follows; the first radio shows where the reasons are.
            this.reasons = true;
            first.focus();
        } else if (reason >= 0) {
            const chosen = this.querySelectorAll<HTMLInputElement>("[name=rejection]")[reason];
            if (chosen) {
                chosen.checked = true;
                this.querySelector<HTMLElement>("[data-key=r]")?.click();
            }
        } else {
            const pressed = this.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
            if (!pressed) {
                return;
            }
            if (event.key === "e") {
                this.cut();
            }
            pressed.click();
        }
        event.preventDefault();
    };

    /** Take the words that are selected in the passage as those to be quoted. */
    private cut(): void {
        const selection = document.getSelection();
        const passage = this.querySelector(".passage");
        const words = this.querySelector<HTMLTextAreaElement>("[name=words]");
        const chosen = selection?.toString().trim();
        if (words && chosen && passage?.contains(selection?.anchorNode ?? null)) {
            words.value = chosen;
        }
    }
}

customElements.define("review-desk", ReviewDesk);
