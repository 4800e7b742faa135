// The controls that a knob may have: a slider, a field, a choice.

import { Refused } from "./api.js";
import { button, el } from "./dom.js";
import { called, standard, words } from "./terms.js";

const LONGEST_SLIDER = 64; // steps of a whole number that are slid rather than typed
const WIDEST = 1000; // times that a slider's end may be its beginning
const FEW = 4; // choices that are shown side by side

/** A value of JSON as the form has it. */
export function asText(value) {
  if (value === null || value === undefined) {
    return "";
  }
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** The control of a knob: its element, and ways to `read` and `write` it; `check` refuses what is no value. */
export function controlOf(knob, id, turn) {
  const kind = knob.choices || knob.kind === "bool" ? chosen : isSlid(knob) ? slid : typed;
  return kind(knob, id, turn);
}

/** Whether a knob is slid, between two ends that can be seen. */
export function isSlid({ kind, many, optional, low, high }) {
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
    placeholder: standard(knob) || "not set",
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
    input,
    read: () => input.value.trim(),
    check: () => {
      const { badInput, rangeUnderflow, rangeOverflow } = input.validity;
      const isWrong = badInput || rangeUnderflow || rangeOverflow;
      input.setAttribute("aria-invalid", String(isWrong));
      if (isWrong) {
        throw new Refused(`${called(knob)} must be ${knob.allowed}`, 422);
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
