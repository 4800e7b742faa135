// The wall of styles: one picked, or two with a slider between them; paintings of one's own hang there too.

import { pause } from "./api.js";
import { button, el, fresh, icon } from "./dom.js";
import { fileInput, isTaken, takesDrops } from "./photo.js";

const TRIES = 6; // for a thumbnail, which may have to be painted first
const MOST = 2; // styles of a blend

/** The wall. `picked` is a list of works: `{ name, title }` of ours or `{ file, title }`. */
export class Wall {
  /**
   * styles: ours, as /v1/styles lists them.
   * limits: what the studio takes, as /v1/about says.
   * changed: called when other works are picked, with true, or the blend is another.
   */
  constructor(styles, limits, changed) {
    this.limits = limits;
    this.changed = changed;
    this.picked = [];
    this.share = 0.5; // of the second
    this.tiles = new Map();
    this.input = fileInput("Choose a painting", true, (files) => this.hang(files));
    const both = el("input", { type: "checkbox", onchange: () => this.#blends(both.checked) });
    this.both = both;
    this.toggle = el("label", { class: "tick", hidden: true }, both, el("span", {}, "Blend two"));
    const add = button("add", "A painting of your own", () => this.input.click(), { class: "tile add" });
    this.list = el("div", { class: "wall", role: "group", "aria-label": "Styles" }, add);
    for (const style of styles) {
      const { name, title, painter, year } = style;
      this.#hang({ name, title, about: painter, note: `${title}, ${painter}, ${year}` }, style.thumbnail);
    }
    takesDrops(this.list, (files) => this.hang(files));
    this.between = this.#slider();
    this.element = el("div", { class: "wall-frame" }, this.between, this.list, this.input);
  }

  /** Hang paintings of one's own, and pick the last; or all, if they are blended. */
  hang(files, isBlend = false) {
    this.both.checked ||= isBlend;
    for (const file of files.filter((each) => isTaken(each, this.limits))) {
      const work = { file, title: file.name, about: "Yours", note: file.name };
      this.#hang(work, URL.createObjectURL(file), true);
      this.#pick(work);
    }
  }

  /** Put what is picked into a form. */
  fill(form) {
    const weights = [];
    for (const [work, weight] of this.#weighted()) {
      if (work.file) {
        form.append("painting", work.file, work.file.name);
        weights.push(weight);
      } else {
        form.append("style", weight === 1 ? work.name : `${work.name}:${weight}`);
      }
    }
    if (weights.length) {
      form.set("painting_weight", weights.join(","));
    }
    return form;
  }

  /** The files of one's own that are picked. */
  get files() {
    return this.picked.filter((work) => work.file).map((work) => work.file);
  }

  /** What is picked, in words. */
  get title() {
    return this.#weighted().map(([work]) => work.title).join(" and ");
  }

  #weighted() {
    if (this.picked.length < MOST) {
      return this.picked.map((work) => [work, 1]);
    }
    const weights = [1 - this.share, this.share].map((each) => Number(each.toFixed(2)));
    return this.picked.map((work, index) => [work, weights[index]]).filter(([, weight]) => weight > 0);
  }

  #hang(work, address, isFirst = false) {
    const shown = el("img", { alt: "", width: 160, height: 120, loading: "lazy", src: address });
    shown.addEventListener("error", () => againLater(shown, address));
    const title = el("span", { class: "tile-title" }, work.title);
    const about = el("span", { class: "tile-about" }, work.about);
    const pick = (event) => {
      if (event.shiftKey || event.ctrlKey || event.metaKey) {
        this.both.checked = true;
      }
      this.#pick(work);
    };
    const attributes = { type: "button", class: "tile", title: work.note, "aria-pressed": "false", onclick: pick };
    const tile = el("button", attributes, shown, title, about);
    this.tiles.set(work, tile);
    this.toggle.hidden = this.tiles.size < MOST;
    if (isFirst) {
      this.list.firstElementChild.after(tile);
    } else {
      this.list.append(tile);
    }
  }

  #pick(work) {
    const others = this.picked.filter((each) => each !== work);
    if (others.length < this.picked.length) {
      if (others.length === 0) {
        return; // something is to be picked always
      }
      this.picked = others;
    } else {
      this.picked = this.both.checked ? [...others, work].slice(-MOST) : [work];
    }
    this.#show();
    this.changed(true);
  }

  #blends(is) {
    if (!is && this.picked.length > 1) {
      this.picked = this.picked.slice(-1);
      this.changed(true);
    }
    this.#show();
  }

  #show() {
    for (const [work, tile] of this.tiles) {
      tile.setAttribute("aria-pressed", String(this.picked.includes(work)));
    }
    const isBlend = this.picked.length === MOST;
    this.between.classList.toggle("is-shown", isBlend);
    this.hint.hidden = !this.both.checked || isBlend;
    if (isBlend) {
      const [from, to] = this.picked;
      this.from.textContent = from.title;
      this.to.textContent = to.title;
    }
  }

  #slider() {
    const id = fresh("between");
    const input = el("input", { type: "range", id, min: 0, max: 1, step: 0.01, value: this.share });
    const tell = () => input.setAttribute("aria-valuetext", `${Math.round(100 * input.value)} percent of the second`);
    input.addEventListener("input", () => {
      this.share = Number(input.value);
      tell();
      this.changed(false);
    });
    tell();
    this.from = el("span", {});
    this.to = el("span", {});
    this.hint = el("p", { class: "help", hidden: true }, icon("pair"), "Pick two: a slider goes between them.");
    const names = el("div", { class: "ends" }, this.from, this.to);
    const label = el("label", { for: id, class: "unseen" }, "How much of the second style");
    const slider = el("div", { class: "between-slider" }, label, input, names);
    return el("div", { class: "between" }, this.hint, slider);
  }
}

/** A thumbnail that is not painted yet is asked for again, a few times. */
async function againLater(shown, address) {
  const tries = Number(shown.dataset.tries ?? 0) + 1;
  if (tries <= TRIES && !address.startsWith("blob:")) {
    shown.dataset.tries = tries;
    await pause(3 * tries);
    shown.src = `${address}?again=${tries}`;
  }
}
