// The picture to work on: dropped, pasted, chosen from the device or one of ours.

import { Refused } from "./api.js";
import { button, el, icon } from "./dom.js";
import { complain, hush } from "./say.js";
import { isOpen } from "./tabs.js";
import { words } from "./terms.js";

/** A place for a photo. `value` is null, `{ file, url, name }` or `{ sample, url, name }`. */
export class Photo {
  /**
   * tab: that a pasted picture must be pasted in.
   * studio: what /v1/about and /v1/samples say.
   * changed: called when there is another photo.
   * seen: called when its size is known too, as `width` and `height` of the value.
   */
  constructor(tab, studio, changed, seen = () => {}) {
    this.value = null;
    this.changed = changed;
    this.limits = studio.about.limits;
    this.input = fileInput("Choose a photo", false, ([file]) => this.take(file));
    this.shown = el("img", { class: "photo-shown", alt: "", hidden: true });
    this.name = el("p", { class: "photo-name" }, "Drop a photo here, or paste one");
    this.shown.addEventListener("error", () => {
      this.shown.hidden = true; // a kind that this browser cannot show, but the studio may read
      this.element.classList.add("is-unseen");
    });
    this.shown.addEventListener("load", () => {
      this.shown.hidden = false;
      Object.assign(this.value, { width: this.shown.naturalWidth, height: this.shown.naturalHeight });
      seen();
    });
    const choose = button("photo", "Choose a photo", () => this.input.click(), { class: "main" });
    const samples = studio.samples.map((sample) => this.#sample(sample));
    const ours = el("div", { class: "samples", role: "group", "aria-label": "Photos of ours" }, samples);
    const side = el("div", { class: "photo-side" }, this.name, choose, this.input);
    const drop = el("div", { class: "drop" }, this.shown, side);
    takesDrops(drop, ([file]) => this.take(file));
    this.element = el("div", { class: "photo" }, drop, el("p", { class: "help" }, "Or one of ours:"), ours);
    document.addEventListener("paste", (event) => {
      const [file] = event.clipboardData?.files ?? [];
      if (file && isOpen(tab)) {
        event.preventDefault();
        this.take(file);
      }
    });
  }

  /** Take a file of the device. */
  take(file) {
    if (isTaken(file, this.limits)) {
      this.put({ file, url: URL.createObjectURL(file), name: file.name });
    }
  }

  /** Take a picture that another tab has. */
  put(value) {
    hush();
    this.value = value;
    this.shown.src = value.url;
    this.shown.alt = `The photo: ${value.name}`;
    this.name.textContent = value.name;
    this.element.classList.remove("is-unseen");
    this.element.classList.add("is-filled");
    for (const each of this.element.querySelectorAll("[data-sample]")) {
      each.setAttribute("aria-pressed", String(each.dataset.sample === value.sample));
    }
    this.changed(value);
  }

  /** Put the photo into a form. */
  fill(form) {
    if (!this.value) {
      throw new Refused("choose a photo first", 422);
    }
    if (this.value.sample) {
      form.set("sample", this.value.sample);
    } else {
      form.set("image", this.value.file, this.value.name);
    }
    return form;
  }

  #sample({ name, picture }) {
    const take = () => this.put({ sample: name, url: picture, name: words(name) });
    const attributes = { type: "button", "aria-pressed": "false", "data-sample": name, title: words(name) };
    const shown = el("img", { src: picture, alt: words(name), loading: "lazy", width: 64, height: 64 });
    return el("button", { ...attributes, class: "sample", onclick: take }, shown);
  }
}

/** A field for files that is not seen: a button clicks it. */
export function fileInput(name, many, took) {
  const input = el("input", { type: "file", accept: "image/*", multiple: many, "aria-label": name });
  Object.assign(input, { hidden: true, tabIndex: -1 });
  input.addEventListener("change", () => {
    if (input.files.length) {
      took([...input.files]);
    }
    input.value = ""; // so that the same file can be chosen again
  });
  return input;
}

/** Have files dropped on an element taken. */
export function takesDrops(element, took) {
  let depth = 0; // of elements inside that the pointer is over
  const over = (is) => element.classList.toggle("is-over", is);
  element.addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    over(true);
  });
  element.addEventListener("dragleave", () => over((depth -= 1) > 0));
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    over(false);
    const files = [...event.dataTransfer.files];
    if (files.length) {
      took(files);
    } else {
      complain(new Refused("that was no file: drop a picture"));
    }
  });
}

/** Whether a file is small enough for the studio; if it is not, that is said. */
export function isTaken(file, { max_upload_mb: most }) {
  const is = file.size <= 1e6 * most;
  if (!is) {
    complain(new Refused(`${file.name} is larger than the ${most} MB that the studio takes: make it smaller`));
  }
  return is;
}

/** A heading with its number in the order of work; `beside` is a control that belongs to it. */
export function step(number, text, beside = null) {
  const heading = el("h2", { class: "step" }, el("span", { class: "number", "aria-hidden": "true" }, number), text);
  return beside ? el("div", { class: "step-head" }, heading, beside) : heading;
}

/** An empty place with a word on what will be there. */
export function empty(name, text) {
  return el("div", { class: "empty" }, icon(name), el("p", {}, text));
}
