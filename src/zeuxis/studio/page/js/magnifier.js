// A magnifier: the same spot of two pictures, side by side, each dot many times its size.

import { el, fresh } from "./dom.js";

const ZOOMS = [1, 2, 4, 8];
const STEP = 0.02; // of the picture, that an arrow key moves

/** Two lenses over a frame's pictures (see compare.js). */
export class Magnifier {
  constructor(compare) {
    this.compare = compare;
    [this.x, this.y, this.zoom] = [0.3, 0.4, 2]; // not under the handle of the line
    this.spot = el("span", { class: "spot", "aria-hidden": "true" });
    compare.element.append(this.spot);
    this.lenses = [this.#lens("Photo"), this.#lens("Result")];
    const pair = el("div", { class: "lenses", tabindex: "0", role: "group" }, this.lenses.map(({ figure }) => figure));
    pair.setAttribute("aria-label", "Magnifier, moved by arrow keys");
    pair.addEventListener("keydown", (event) => this.#key(event));
    const head = el("div", { class: "magnifier-head" }, el("h2", {}, "Magnifier"), this.#zooms());
    this.element = el("div", { class: "magnifier", hidden: true }, head, pair);
    compare.element.addEventListener("pointermove", (event) => this.#point(event));
    new ResizeObserver(() => this.draw()).observe(pair);
  }

  /** Draw what is under the lenses. */
  draw() {
    const { before, after } = this.compare;
    if (this.element.hidden || !after.naturalWidth) {
      return;
    }
    const [canvas] = this.lenses.map((lens) => lens.canvas);
    const dense = devicePixelRatio || 1;
    const wide = Math.min(1, canvas.clientWidth / this.zoom / after.naturalWidth);
    const high = Math.min(1, canvas.clientHeight / this.zoom / after.naturalHeight);
    const left = Math.min(1 - wide, Math.max(0, this.x - wide / 2));
    const top = Math.min(1 - high, Math.max(0, this.y - high / 2));
    [before, after].forEach((image, index) => draw(this.lenses[index].canvas, image, { left, top, wide, high }, dense));
    const places = { left, top, wide, high };
    for (const [name, value] of Object.entries(places)) {
      this.spot.style.setProperty(`--${name}`, `${100 * value}%`);
    }
  }

  #lens(word) {
    const canvas = el("canvas", { role: "img", "aria-label": `${word}, magnified` });
    canvas.addEventListener("pointermove", (event) => event.buttons && this.#drag(event, canvas));
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    return { canvas, figure: el("figure", { class: "lens" }, canvas, el("figcaption", {}, word)) };
  }

  #zooms() {
    const name = fresh("zoom");
    const group = el("div", { class: "side-by-side", role: "radiogroup", "aria-label": "Magnification" });
    for (const zoom of ZOOMS) {
      const change = () => {
        this.zoom = zoom;
        this.draw();
      };
      const radio = el("input", { type: "radio", name, value: zoom, onchange: change });
      radio.checked = zoom === this.zoom;
      group.append(el("label", {}, radio, el("span", {}, `${zoom}×`)));
    }
    return group;
  }

  #point(event) {
    const box = this.compare.element.getBoundingClientRect();
    this.#move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  #drag(event, canvas) {
    const { naturalWidth, naturalHeight } = this.compare.after;
    if (naturalWidth && canvas.clientWidth) {
      const [right, down] = [event.movementX / this.zoom / naturalWidth, event.movementY / this.zoom / naturalHeight];
      this.#move(this.x - right, this.y - down);
    }
  }

  #key(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      this.#move(this.x + STEP * way[0], this.y + STEP * way[1]);
    }
  }

  #move(x, y) {
    const within = (value) => Math.min(1, Math.max(0, value));
    [this.x, this.y] = [within(x), within(y)];
    this.draw();
  }
}

function draw(canvas, image, { left, top, wide, high }, dense) {
  canvas.width = Math.round(canvas.clientWidth * dense);
  canvas.height = Math.round(canvas.clientHeight * dense);
  if (!image.naturalWidth) {
    return;
  }
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high"; // so that the photo is enlarged as well as a browser can
  const from = [left * image.naturalWidth, top * image.naturalHeight, wide * image.naturalWidth, high * image.naturalHeight];
  pen.drawImage(image, ...from, 0, 0, canvas.width, canvas.height);
}
