// Walking between pictures: along a line between two, over a plane between four.

import { forget } from "./api.js";
import { loaded } from "./compare.js";
import { el, fresh, intoSight } from "./dom.js";
import { Newest } from "./jobs.js";
import { Command, Save } from "./result.js";
import { complain, hush } from "./say.js";

const PLANE = 4; // pictures of a plane

/** A walk. `form()` gives a form with what all its pictures share. */
export class Walk {
  constructor(fields, form) {
    this.form = form;
    this.ends = [];
    [this.x, this.y] = [0.5, 0.5];
    this.isBusy = false;
    this.isStale = false; // moved on while the last picture was grown
    this.newest = new Newest("blend", () => {});
    this.image = el("img", { alt: "", draggable: "false" });
    this.point = el("span", { class: "walk-point", "aria-hidden": "true" });
    this.shown = el("div", { class: "walk-shown" }, this.image, this.point);
    this.corners = Array.from({ length: PLANE }, (_, index) => {
      return el("img", { class: `walk-corner at-${index}`, alt: "", draggable: "false" });
    });
    this.frame = el("div", { class: "walk-frame" }, this.shown, this.corners);
    this.across = this.#slider("Across", (value) => this.#move(value, this.y));
    this.down = this.#slider("Down", (value) => this.#move(this.x, value));
    this.save = new Save(fields);
    this.command = new Command();
    const sliders = el("div", { class: "walk-sliders" }, this.across.row, this.down.row);
    this.element = el("div", { class: "walk", hidden: true }, this.frame, sliders, this.save.element, this.command.element);
    this.frame.addEventListener("pointerdown", (event) => event.target !== this.frame && this.#drag(event));
    this.frame.addEventListener("pointermove", (event) => this.frame.hasPointerCapture(event.pointerId) && this.#drag(event));
  }

  /** Go between some pictures, each `{ key, seed, label, url }`: two or four of them. */
  between(pictures, ratio) {
    const isPlane = pictures.length === PLANE;
    const isAsBefore = pictures.map(({ key }) => key).join() === this.ends.map(({ key }) => key).join();
    this.ends = pictures;
    this.element.hidden = pictures.length !== 2 && !isPlane;
    this.element.classList.toggle("is-plane", isPlane);
    this.element.style.setProperty("--ratio", ratio);
    this.down.row.hidden = !isPlane;
    this.corners.forEach((corner, index) => {
      corner.hidden = index >= pictures.length;
      if (!corner.hidden) {
        corner.src = pictures[index].url;
      }
    });
    if (this.element.hidden) {
      this.newest.drop();
    } else if (isAsBefore) {
      this.#grow(); // the same way, but truncated otherwise
    } else {
      this.#move(0.5, 0.5);
      intoSight(this.element);
    }
  }

  /** Only while it is held does the picture follow the pointer, so that what is liked can be saved. */
  #drag(event) {
    if (this.ends.length === PLANE && event.buttons === 1) {
      this.frame.setPointerCapture(event.pointerId); // the thumbnails in the corners are not to end it
      const box = this.shown.getBoundingClientRect();
      this.#move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    }
  }

  #move(x, y) {
    const within = (value) => Math.min(1, Math.max(0, value));
    [this.x, this.y] = [within(x), within(y)];
    this.across.input.value = this.x;
    this.down.input.value = this.y;
    this.point.style.setProperty("--x", this.x);
    this.point.style.setProperty("--y", this.y);
    this.#grow();
  }

  /** Grow the picture of where we are; one at a time, and the last place is always reached. */
  async #grow() {
    if (this.isBusy) {
      this.isStale = true;
      return;
    }
    this.isBusy = true;
    do {
      this.isStale = false;
      await this.#once();
    } while (this.isStale && !this.element.hidden);
    this.isBusy = false;
  }

  async #once() {
    const form = this.form();
    form.set("seeds", this.ends.map(({ seed }) => seed).join(","));
    this.ends.filter(({ label }) => label).forEach(({ label }) => form.append("labels", label));
    form.set("weights", this.#weights().map((weight) => weight.toFixed(3)).join(","));
    try {
      const job = await this.newest.ask(form);
      if (!job) {
        return;
      }
      const [result] = job.results;
      await loaded(this.image, result.url, "The picture in between");
      hush();
      this.save.offer(result);
      this.command.show(job.command);
      if (this.last) {
        forget(this.last); // it is neither seen nor offered any more
      }
      this.last = job.id;
    } catch (error) {
      complain(error);
    }
  }

  /** How near it is to each of the pictures: linear between two, bilinear between four. */
  #weights() {
    const { x, y } = this;
    return this.ends.length === PLANE ? [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y] : [1 - x, x];
  }

  #slider(word, move) {
    const id = fresh("walk");
    const input = el("input", { type: "range", id, min: 0, max: 1, step: 0.01, value: 0.5 });
    input.addEventListener("input", () => move(Number(input.value)));
    return { input, row: el("div", {}, el("label", { for: id }, word), input) };
  }
}
