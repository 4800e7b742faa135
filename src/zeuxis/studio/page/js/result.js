// What belongs to a finished job: saving it in a format, and the command that does the same.

import { resultIn } from "./api.js";
import { button, el, fresh, icon } from "./dom.js";
import { complain, tell } from "./say.js";

const FORMATS = [["png", "PNG"], ["jpeg", "JPEG"], ["webp", "WebP"]];
const QUALITY = 95;

/** A way to save a picture as PNG, JPEG or WebP. `fields` are those of its verb in /v1/about. */
export class Save {
  constructor(fields) {
    const name = fresh("format");
    const help = Object.fromEntries(fields.map((field) => [field.name, field.help]));
    this.formats = el("div", { class: "side-by-side", role: "radiogroup", "aria-label": "Format", title: help.format });
    for (const [value, text] of FORMATS) {
      const radio = el("input", { type: "radio", name, value, onchange: () => this.#show() });
      radio.checked = value === "png";
      this.formats.append(el("label", {}, radio, el("span", {}, text)));
    }
    const id = fresh("quality");
    this.quality = el("input", { type: "number", id, min: 1, max: 100, value: QUALITY, oninput: () => this.#show() });
    const label = el("label", { for: id }, "Quality");
    this.qualities = el("span", { class: "quality", title: help.quality }, label, this.quality);
    this.link = el("a", { class: "button main", download: "" }, icon("save"), el("span", {}, "Save"));
    this.element = el("div", { class: "save", hidden: true }, this.link, this.formats, this.qualities);
  }

  /** Offer a result. */
  offer(result) {
    this.result = result;
    this.element.hidden = !result;
    this.#show();
  }

  #show() {
    const format = this.formats.querySelector(":checked").value;
    this.qualities.hidden = format === "png";
    if (this.result) {
      const quality = Math.min(100, Math.max(1, Math.round(Number(this.quality.value)) || QUALITY));
      this.link.href = resultIn(this.result, format, quality);
    }
  }
}

/** The command line that does the same, to copy. */
export class Command {
  constructor() {
    this.code = el("code", {});
    const copy = button("copy", "Copy", () => this.#copy(), { class: "quiet", "aria-label": "Copy the command" });
    const what = el("p", { class: "help" }, "The same, from the command line:");
    this.element = el("div", { class: "command", hidden: true }, what, el("div", {}, this.code, copy));
  }

  /** Show a job's command. */
  show(text) {
    this.element.hidden = !text;
    const parts = (text ?? "").split(" ").map((word) => el("span", {}, word)); // lines break between them only
    this.code.replaceChildren(...parts.flatMap((part) => [" ", part]).slice(1));
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      tell("Copied.");
      this.element.classList.add("is-copied");
      setTimeout(() => this.element.classList.remove("is-copied"), 1500);
    } catch {
      // Without https a browser may not let us; then it is at least marked, ready for Ctrl-C.
      getSelection().selectAllChildren(this.code);
      complain(new Error("This browser does not let a page copy: the command is marked, press Ctrl-C."));
    }
  }
}

/** A picture's size and weight, in words. */
export function measured(result) {
  const kind = result.media_type === "image/png" ? " as PNG" : "";
  const weight = result.bytes < 1e6 ? `${Math.round(result.bytes / 1e3)} KB` : `${(result.bytes / 1e6).toFixed(1)} MB`;
  return result.width ? `${result.width} × ${result.height} pixels, ${weight}${kind}` : weight;
}
