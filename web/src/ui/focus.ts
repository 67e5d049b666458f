/** As a ref: takes the focus when it appears, for the first field of a page that is only a form. */
export function focusOnMount(element: { focus: () => void } | null): void {
  element?.focus();
}
