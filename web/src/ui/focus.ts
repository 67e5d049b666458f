const met = new WeakSet<object>();

/**
 * As a ref: takes the focus when it appears, for the first field of a page that is only a form. antd hands over a new
 * handle at every render; what counts is the element behind it, else each key typed elsewhere would lead back here.
 */
export function focusOnMount(handle: { focus: () => void; input?: HTMLElement | null } | null): void {
  const element = handle && (handle.input ?? handle);
  if (!element || met.has(element)) return;
  met.add(element);
  handle.focus();
}
