// Keys for whoever decides on many candidates: each presses the button or follows the link that bears it.

const REASONS = "12345";
const FIELDS = ["input:not([type=radio])", "textarea", "select"].join();

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
        if (event.key === "r") {
            // The reason follows; the first radio shows where the reasons are.
            this.reasons = true;
            this.querySelector<HTMLInputElement>("[name=rejection]")?.focus();
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
            pressed.click();
        }
        event.preventDefault();
    };
}

customElements.define("review-desk", ReviewDesk);
