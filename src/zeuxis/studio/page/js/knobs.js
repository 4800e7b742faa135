// Controls, made from what /v1/about says of a verb's knobs. None is written by hand.

import { asText, controlOf, isSlid } from "./controls.js";
import { button, el, fresh, icon } from "./dom.js";
import { asSentence } from "./say.js";
import { called, standard } from "./terms.js";

/** The knobs of a verb as a form: the first few at once, the rest under "More". */
export class Knobs {
  /**
   * knobs: as /v1/about lists them.
   * first: names of those to show at once, in this order.
   * changed: called with the name of a knob that was turned.
   * action: what stands between the two: the button that they are turned for.
   */
  constructor(knobs, first, changed = () => {}, action = null) {
    this.changed = changed;
    this.controls = new Map(knobs.map((knob) => [knob.name, this.#made(knob)]));
    const shown = first.filter((name) => this.controls.has(name)).map((name) => this.#row(name));
    const rest = [...this.controls.keys()].filter((name) => !first.includes(name));
    this.element = el("div", { class: "knobs" }, el("div", { class: "knob-list" }, shown), action);
    if (rest.length) {
      const summary = el("summary", {}, icon("more"), "More", el("small", {}, ` ${rest.length}`));
      const list = el("div", { class: "knob-list" }, rest.map((name) => this.#row(name)));
      this.element.append(el("details", { class: "more" }, summary, list));
    }
  }

  /** Put the knobs that were turned into a form; refuses values that are none. */
  fill(form) {
    for (const [name, control] of this.controls) {
      control.check?.();
      const text = control.read();
      if (text !== "" && !control.row.hidden) {
        form.set(name, text);
      }
    }
    return form;
  }

  /** What a knob is set to: a text, its default if it was not turned. */
  value(name) {
    const control = this.controls.get(name);
    return control.read() || asText(control.knob.default);
  }

  /** What a knob is where nobody turns it, in words. */
  standard(name) {
    return standard(this.controls.get(name).knob);
  }

  /** Turn a knob to what suits, or back with "", unless someone has turned it. */
  propose(name, text) {
    const control = this.controls.get(name);
    if ([control.proposed ?? "", ""].includes(control.read())) {
      control.proposed = text;
      this.#set(control, text);
    }
  }

  /** Mark the knob that a refusal is of: it says so, or its sentence names it or quotes what it is turned to. */
  blame({ message, knob: wrong = null }) {
    const told = message.split(/[\s'",;:]+/);
    for (const { knob, input, read } of this.controls.values()) {
      const isIt = wrong ? wrong === knob.name : read() !== "" && (told[0] === knob.name || told.includes(read()));
      if (input && isIt) {
        input.setAttribute("aria-invalid", "true");
      }
    }
  }

  /** Offer choices for a knob whose values only the place knows; with none the knob is put away. What was chosen stays. */
  offer(name, choices) {
    const old = this.controls.get(name);
    const control = this.#made({ ...old.knob, choices, isList: true });
    control.row = old.row;
    this.controls.set(name, control);
    old.element.replaceWith(control.element);
    old.row.querySelector("label").htmlFor = control.id;
    old.row.hidden = choices.length === 0;
    if (choices.includes(old.read())) {
      control.write(old.read());
    }
    this.#mark(control);
  }

  #made(knob) {
    const control = { knob, id: fresh(`knob-${knob.name}`) };
    const turn = () => {
      this.#mark(control);
      this.changed(knob.name);
    };
    Object.assign(control, controlOf(knob, control.id, turn));
    return control;
  }

  #row(name) {
    const control = this.controls.get(name);
    const { knob, id } = control;
    const title = called(knob);
    const isNew = knob.unit && !title.toLowerCase().endsWith(knob.unit); // "Preview minutes" has said its unit
    const unit = isNew ? [" ", el("span", { class: "unit" }, knob.unit)] : [];
    const label = control.isGroup
      ? el("span", { class: "label", id: `${id}-label` }, title, unit)
      : el("label", { for: id }, title, unit);
    const help = el("p", { class: "help", id: `${id}-help` }, helpOf(knob));
    const again = button("reset", "", () => this.#reset(name), {
      class: "bare reset",
      "aria-label": `${title}: back to its default`,
      title: "Back to its default",
    });
    control.row = el("div", { class: "knob", "data-knob": name }, label, again, control.element, help);
    return control.row;
  }

  /** Show whether it has been turned. */
  #mark({ row, input, read }) {
    row.classList.toggle("is-turned", read() !== "");
    input?.setAttribute("aria-invalid", "false");
  }

  #set(control, text) {
    control.write(text);
    this.#mark(control);
  }

  #reset(name) {
    this.#set(this.controls.get(name), "");
    this.changed(name);
  }
}

function helpOf(knob) {
  const help = knob.help.replaceAll(/\s*\[default: (.*?)\]/g, " By default: $1.");
  const isBounded = (knob.low !== null || knob.high !== null) && !isSlid(knob);
  const range = isBounded && knob.high !== 2 ** 63 ? ` ${asSentence(knob.allowed)}` : "";
  const value = knob.kind === "bool" ? (knob.default ? "yes" : "no") : asText(knob.default);
  return `${help}${range}${knob.default === null || value === "" ? "" : ` Default: ${value}.`}`;
}
