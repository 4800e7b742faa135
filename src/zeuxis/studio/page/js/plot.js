// Curves, as small plots.

import { el, svg } from "./dom.js";
import { words } from "./terms.js";

const WIDE = 300;
const HIGH = 120;
const STEEP = 10; // times the least that the greatest may be before the plot is logarithmic

/** A plot of one or a few curves. */
export class Plot {
  /** names: of the curves, from those of a job's progress; null for all that there are. */
  constructor(names = null) {
    this.names = names;
    this.picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img" });
    this.legend = el("figcaption", {});
    this.heights = el("div", { class: "heights", "aria-hidden": "true" });
    this.ends = el("div", { class: "ends", "aria-hidden": "true" });
    this.element = el("figure", { class: "plot", hidden: true }, this.legend, this.heights, this.picture, this.ends);
  }

  /** Show what of the curves belongs to it. */
  show(curves) {
    const names = this.names ?? Object.keys(curves);
    const drawn = names.map((name) => curves[name] ?? []);
    const points = drawn.flat();
    this.element.hidden = !drawn.some((curve) => curve.length > 1);
    if (this.element.hidden) {
      return;
    }
    const [first, last] = ends(points.map(([step]) => step));
    const [low, high] = ends(points.map(([, value]) => value));
    const isLog = low > 0 && high / low > STEEP;
    const scale = isLog ? Math.log : (value) => value;
    const across = (step) => (WIDE * (step - first)) / (last - first || 1);
    const up = (value) => HIGH - (HIGH * (scale(value) - scale(low))) / (scale(high) - scale(low) || 1);
    const lines = drawn.map((curve, index) =>
      svg("polyline", {
        class: `curve curve-${index}`,
        points: curve.map(([step, value]) => `${across(step).toFixed(1)},${up(value).toFixed(1)}`).join(" "),
      }),
    );
    const axes = [0, HIGH].map((y) => svg("line", { class: "axis", x1: 0, x2: WIDE, y1: y, y2: y }));
    this.picture.replaceChildren(...axes, ...lines);
    this.#tell(names, drawn, { first, last, low, high, isLog });
  }

  #tell(names, drawn, { first, last, low, high, isLog }) {
    const told = names.flatMap((name, index) => {
      const value = drawn[index].at(-1)?.[1];
      return value === undefined ? [] : [[index, `${words(name)} ${short(value)}`]];
    });
    this.legend.replaceChildren(...told.map(([index, text]) => el("span", { class: `curve-${index}` }, text)));
    if (isLog) {
      this.legend.append(el("span", { class: "help" }, "logarithmic"));
    }
    this.heights.replaceChildren(el("span", {}, short(high)), el("span", {}, short(low)));
    this.ends.replaceChildren(el("span", {}, `step ${first}`), el("span", {}, `step ${last}`));
    const range = `between ${short(low)} and ${short(high)}, steps ${first} to ${last}`;
    this.picture.setAttribute("aria-label", `${told.map(([, text]) => text).join(", ")}; ${range}`);
  }
}

function ends(values) {
  return [Math.min(...values), Math.max(...values)];
}

function short(value) {
  return Number(value.toPrecision(3)).toString();
}
