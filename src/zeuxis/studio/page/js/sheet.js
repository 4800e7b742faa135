// A sheet of grown pictures, each from a seed of its own, so that it can be walked from and found again.

import { Refused, forget, submit } from "./api.js";
import { el } from "./dom.js";

const AT_ONCE = 3; // pictures that are asked for at the same time
const LONGEST_WAIT = 30; // seconds
const MOST = 4; // pictures that can be picked

/** A sheet; `changed(picked)` is called with the pictures that are picked: `{ seed, label, url, ... }`. */
export class Sheet {
  constructor(changed) {
    this.changed = changed;
    this.picked = [];
    this.turn = 0;
    this.grown = [];
    this.kept = []; // of what was picked before the sheet was grown anew, that it is picked again
    this.stale = []; // jobs of pictures that are still walked between, until there are new ones
    this.element = el("div", { class: "sheet-of-grown", role: "group", "aria-label": "Pictures", hidden: true });
  }

  /**
   * Grow pictures; resolves when all are there, to whether nothing newer was asked meanwhile.
   *
   * wanted: what each is to be: `{ seed, label, form }`.
   * ratio: width to height.
   * heard: called with the number of those that are there.
   */
  async fill(wanted, ratio, heard) {
    this.stop();
    const turn = this.turn;
    const old = this.grown;
    const asked = wanted.map(keyOf);
    const before = this.kept.length ? this.kept : this.picked.map(({ key }) => key);
    this.kept = before.filter((key) => asked.includes(key));
    this.grown = [];
    this.picked = [];
    if (!this.kept.length) {
      this.changed([]);
    }
    const tiles = wanted.map((each) => this.#tile(each));
    this.element.style.setProperty("--ratio", ratio);
    this.element.replaceChildren(...tiles);
    this.element.hidden = false;
    old.filter(({ key }) => !this.kept.includes(key)).forEach(({ id }) => forget(id)); // their seeds bring them back
    this.stale.push(...old.filter(({ key }) => this.kept.includes(key)));
    const left = wanted.map((each, index) => [each, tiles[index]]);
    const work = async () => {
      while (left.length && turn === this.turn) {
        const [each, tile] = left.shift();
        const picture = await grown(each);
        if (turn !== this.turn) {
          forget(picture.id);
          return;
        }
        this.#put(picture, tile);
        heard(this.grown.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (turn !== this.turn) {
      return false;
    }
    this.stale.splice(0).forEach(({ id }) => forget(id));
    return true;
  }

  /** Grow no more of what was asked for. */
  stop() {
    this.turn += 1;
  }

  #tile({ seed, label }) {
    const order = el("span", { class: "order" });
    const name = `Seed ${seed}${label ? `, ${label}` : ""}`;
    return el("button", { type: "button", class: "grown", "aria-pressed": "false", "aria-label": name, title: name, disabled: true }, order);
  }

  #put(picture, tile) {
    this.grown.push(picture);
    tile.prepend(el("img", { src: picture.url, alt: "" }));
    tile.disabled = false;
    picture.tile = tile;
    tile.addEventListener("click", () => this.#pick(picture));
    if (this.kept.includes(picture.key)) {
      this.#restore();
    }
  }

  /** Pick again what was picked; it is walked between once all of it is there. */
  #restore() {
    this.picked = this.kept.map((key) => this.grown.find((each) => each.key === key)).filter(Boolean);
    this.#mark();
    if (this.picked.length === this.kept.length) {
      this.kept = [];
      this.changed(this.picked);
    }
  }

  #pick(picture) {
    this.kept = [];
    const others = this.picked.filter((each) => each !== picture);
    this.picked = others.length < this.picked.length ? others : [...others, picture].slice(-MOST);
    this.#mark();
    this.changed(this.picked);
  }

  #mark() {
    for (const each of this.grown) {
      const place = this.picked.indexOf(each);
      each.tile.setAttribute("aria-pressed", String(place >= 0));
      each.tile.querySelector(".order").textContent = place >= 0 ? String(place + 1) : "";
    }
  }
}

/** The picture of a seed. */
async function grown(wanted) {
  const { seed, label, form } = wanted;
  form.set("seeds", String(seed));
  if (label) {
    form.set("labels", label);
  }
  const job = await submit("blend", form, LONGEST_WAIT);
  if (job.state !== "done") {
    forget(job.id);
    throw new Refused(job.error ?? "the studio is too busy to grow pictures now: try again in a while", 429);
  }
  const [result] = job.results;
  return { id: job.id, key: keyOf(wanted), seed, label, result, url: result.url, command: job.command };
}

/** What a picture is the picture of, however far it is truncated. */
function keyOf({ seed, label, form }) {
  return `${form.get("generator")} ${seed} ${label ?? ""}`;
}
