// Controls, made from what /v1/about says of a verb's knobs. None is written by hand.

import { Refused } from "./api.js";
import { button, el, fresh, icon, words } from "./dom.js";
import { asSentence } from "./say.js";

const LONGEST_SLIDER = 64; // steps of a whole number that are slid rather than typed
const WIDEST = 1000; // times that a slider's end may be its beginning
const FEW = 4; // choices that are shown side by side

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

  /** Turn a knob. */
  set(name, text) {
    const control = this.controls.get(name);
    control.write(text);
    this.#mark(control);
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
    Object.assign(control, kindOf(knob)(knob, control.id, turn));
    return control;
  }

  #row(name) {
    const control = this.controls.get(name);
    const { knob, id } = control;
    const called = name.length > 1 ? words(name) : words(knob.unit ?? name);
    const isNew = knob.unit && !called.toLowerCase().endsWith(knob.unit); // "Preview minutes" has said its unit
    const unit = isNew ? [" ", el("span", { class: "unit" }, knob.unit)] : [];
    const label = control.isGroup
      ? el("span", { class: "label", id: `${id}-label` }, called, unit)
      : el("label", { for: id }, called, unit);
    const help = el("p", { class: "help", id: `${id}-help` }, helpOf(knob));
    const again = button("reset", "", () => this.#reset(name), {
      class: "bare reset",
      "aria-label": `${called}: back to its default`,
      title: "Back to its default",
    });
    control.row = el("div", { class: "knob", "data-knob": name }, label, again, control.element, help);
    return control.row;
  }

  /** Show whether it has been turned. */
  #mark({ row, read }) {
    row.classList.toggle("is-turned", read() !== "");
  }

  #reset(name) {
    this.set(name, "");
    this.changed(name);
  }
}

/** A value of JSON as the form has it. */
export function asText(value) {
  if (value === null || value === undefined) {
    return "";
  }
  return Array.isArray(value) ? value.join(",") : String(value);
}

function kindOf(knob) {
  if (knob.choices || knob.kind === "bool") {
    return chosen;
  }
  return isSlid(knob) ? slid : typed;
}

function isSlid({ kind, many, optional, low, high }) {
  const isBounded = low !== null && high !== null && !many && !optional;
  if (kind === "int") {
    return isBounded && high - low <= LONGEST_SLIDER;
  }
  return kind === "float" && isBounded && (low <= 0 || high / low < WIDEST);
}

/** A slider, with its value beside it and its ends below. */
function slid(knob, id, turn) {
  const span = knob.high - knob.low;
  const step = knob.kind === "int" ? 1 : span <= 1 ? 0.01 : 0.05;
  const input = el("input", {
    ...{ type: "range", id, min: knob.low, max: knob.high, step, value: knob.default },
    "aria-describedby": `${id}-help`,
  });
  const shown = el("span", { class: "slid-value", "aria-hidden": "true" }, asText(knob.default)); // the slider says it itself
  input.addEventListener("input", () => {
    shown.textContent = input.value;
    turn();
  });
  const ends = el("div", { class: "ends", "aria-hidden": "true" });
  ends.append(el("span", {}, String(knob.low)), el("span", {}, String(knob.high)));
  return {
    element: el("div", { class: "slid" }, input, shown, ends),
    read: () => (Number(input.value) === knob.default ? "" : input.value),
    write: (text) => {
      input.value = text === "" ? knob.default : text;
      shown.textContent = input.value;
    },
  };
}

/** A field for a number or a text. */
function typed(knob, id, turn) {
  const isNumber = knob.kind !== "str" && !knob.many;
  const limits = isNumber ? { min: knob.low, max: knob.high, step: knob.kind === "int" ? 1 : "any" } : {};
  const input = el("input", {
    ...{ type: isNumber ? "number" : "text", id, ...limits, autocomplete: "off", spellcheck: "false" },
    placeholder: asText(knob.default) || "default",
    "aria-describedby": `${id}-help`,
    oninput: turn,
  });
  const element = el("div", { class: "typed" }, input);
  if (knob.name === "seed") {
    const throwDice = () => {
      input.value = Math.floor(1e6 * Math.random());
      turn();
    };
    element.append(button("dice", "Another", throwDice, { class: "quiet" }));
  }
  return {
    element,
    read: () => input.value.trim(),
    check: () => {
      const { badInput, rangeUnderflow, rangeOverflow } = input.validity;
      const isWrong = badInput || rangeUnderflow || rangeOverflow;
      input.setAttribute("aria-invalid", String(isWrong));
      if (isWrong) {
        throw new Refused(`${words(knob.name)} must be ${knob.allowed}`, 422);
      }
    },
    write: (text) => {
      input.value = text;
    },
  };
}

/** One of several: side by side where they are few, else a list to open. */
function chosen(knob, id, turn) {
  const all = knob.kind === "bool" ? ["true", "false"] : knob.choices.map(String);
  const names = knob.kind === "bool" ? ["Yes", "No"] : all.map(words);
  const isOpen = knob.optional && knob.default === null; // may be left to the program
  const pairs = all.map((value, index) => [value, names[index]]);
  const options = isOpen ? [["", "Default"], ...pairs] : pairs;
  const standard = asText(knob.default);
  if (knob.isList || options.length > FEW || names.join("").length > 36) {
    const select = el("select", { id, "aria-describedby": `${id}-help`, onchange: turn });
    select.append(...options.map(([value, name]) => el("option", { value }, name)));
    select.value = standard;
    return {
      element: select,
      read: () => (select.value === standard ? "" : select.value),
      write: (text) => {
        select.value = text === "" ? standard : text;
      },
    };
  }
  const group = el("div", {
    ...{ class: "side-by-side", role: "radiogroup" },
    "aria-labelledby": `${id}-label`,
    "aria-describedby": `${id}-help`,
  });
  for (const [value, name] of options) {
    const radio = el("input", { type: "radio", name: id, value, onchange: turn });
    radio.checked = value === standard;
    group.append(el("label", {}, radio, el("span", {}, name)));
  }
  const radios = [...group.querySelectorAll("input")];
  return {
    element: group,
    isGroup: true,
    read: () => {
      const value = radios.find((radio) => radio.checked)?.value ?? standard;
      return value === standard ? "" : value;
    },
    write: (text) => {
      const value = text === "" ? standard : text;
      radios.forEach((radio) => (radio.checked = radio.value === value));
    },
  };
}

function helpOf(knob) {
  const help = knob.help.replaceAll(/\s*\[default: (.*?)\]/g, " By default: $1.");
  const isBounded = (knob.low !== null || knob.high !== null) && !isSlid(knob);
  const range = isBounded && knob.high !== 2 ** 63 ? ` ${asSentence(knob.allowed)}` : "";
  const value = knob.kind === "bool" ? (knob.default ? "yes" : "no") : asText(knob.default);
  return `${help}${range}${knob.default === null || value === "" ? "" : ` Default: ${value}.`}`;
}
