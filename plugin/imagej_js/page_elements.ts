/**
 * The page's elements by their ids.
 *
 * @module
 */

/** The element of an id; the page and its script are built together, so it is there. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Shows an element or hides it. */
export function setShown(id: string, state: "shown" | "hidden"): void {
  byId(id).hidden = state === "hidden";
}

/** Sets a field of the dialog. */
export function setField(form: HTMLFormElement, name: string, value: string): void {
  const control = form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The page's files of a file field. */
export function fileOf(id: string): File | undefined {
  return byId<HTMLInputElement>(id).files?.[0];
}
