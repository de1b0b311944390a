// What an address points to is shown, even where it stands in a list that is folded.

function unfold(): void {
    const target = document.getElementById(location.hash.slice(1));
    let folded = target?.parentElement?.closest<HTMLDetailsElement>("details:not([open])");
    if (!target || !folded) {
        return;
    }
    while (folded) {
        folded.open = true;
        folded = folded.parentElement?.closest<HTMLDetailsElement>("details:not([open])");
    }
    target.scrollIntoView();
}

window.addEventListener("hashchange", unfold);
unfold();
