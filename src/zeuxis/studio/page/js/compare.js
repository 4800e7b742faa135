// Two pictures in one frame, and a line between them that is dragged or moved by arrow keys.

import { el, icon } from "./dom.js";

/** A frame for a picture before and after. */
export class Compare {
  constructor() {
    this.before = el("img", { class: "compare-before", alt: "", draggable: "false" });
    this.after = el("img", { class: "compare-after", alt: "", draggable: "false" });
    this.slider = el("input", { type: "range", min: 0, max: 100, step: 1, value: 50 });
    this.slider.setAttribute("aria-label", "From the whole result to the whole photo");
    this.slider.addEventListener("input", () => this.#move());
    const line = el("span", { class: "compare-line", "aria-hidden": "true" }, icon("slide"));
    const words = [
      el("span", { class: "compare-word is-left", "aria-hidden": "true" }, "Photo"),
      el("span", { class: "compare-word is-right", "aria-hidden": "true" }, "Result"),
    ];
    this.element = el("div", { class: "compare" }, this.after, this.before, this.slider, line, words);
    // A photo that the browser cannot show has nothing to be compared with.
    this.before.addEventListener("error", () => this.element.classList.add("is-single"));
    this.#move();
  }

  /** Show a result, beside what it was made of if that is known; resolves when it is there. */
  show(after, before, alt) {
    this.element.classList.toggle("is-single", !before);
    if (before && this.before.src !== new URL(before, location.href).href) {
      this.before.src = before;
    }
    return loaded(this.after, after, alt);
  }

  #move() {
    this.element.style.setProperty("--at", `${this.slider.value}%`);
    this.slider.setAttribute("aria-valuetext", `${this.slider.value} percent photo`);
  }
}

/** Put a picture into an element without a flash of nothing in between. */
export async function loaded(image, address, alt) {
  const ready = new Image();
  ready.src = address;
  await ready.decode().catch(() => null); // if it cannot be shown, its words are
  image.src = address;
  image.alt = alt;
  image.style.setProperty("--w", ready.naturalWidth || 1);
  image.style.setProperty("--h", ready.naturalHeight || 1);
}
