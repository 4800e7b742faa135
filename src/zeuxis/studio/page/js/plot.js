// Curves, as small plots.

import { el, svg, words } from "./dom.js";

const WIDE = 300;
const HIGH = 120;
const STEEP = 30; // times the least that the greatest may be before the plot is logarithmic

/** A plot of one or a few curves. */
export class Plot {
  /** names: of the curves, from those of a job's progress. */
  constructor(names) {
    this.names = names;
    this.picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img" });
    this.legend = el("figcaption", {});
    this.top = el("div", { class: "ends", "aria-hidden": "true" });
    this.ends = el("div", { class: "ends", "aria-hidden": "true" });
    this.element = el("figure", { class: "plot", hidden: true }, this.legend, this.top, this.picture, this.ends);
  }

  /** Show what of the curves belongs to it. */
  show(curves) {
    const drawn = this.names.map((name) => curves[name] ?? []);
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
    this.#tell(drawn, { first, last, low, high, isLog });
  }

  #tell(drawn, { first, last, low, high, isLog }) {
    const told = this.names.flatMap((name, index) => {
      const value = drawn[index].at(-1)?.[1];
      return value === undefined ? [] : [[index, `${words(name)} ${short(value)}`]];
    });
    this.legend.replaceChildren(...told.map(([index, text]) => el("span", { class: `curve-${index}` }, text)));
    this.top.replaceChildren(el("span", {}, short(high)), el("span", {}, isLog ? "logarithmic" : ""));
    this.ends.replaceChildren(el("span", {}, `${short(low)} · step ${first}`), el("span", {}, `step ${last}`));
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
