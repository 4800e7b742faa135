// Elements, made in one call. No HTML is ever parsed from a text, so no name of a file can be one.

let made = 0;

/** An element: `el("button", { class: "quiet", onclick: stop }, icon("stop"), "Stop")`. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.flat().filter((each) => each !== null && each !== undefined));
  return element;
}

/** As `el`, for pictures made of lines. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** One of our icons, in the colour of the text around it. */
export function icon(name) {
  return el("span", { class: `icon icon-${name}`, "aria-hidden": "true" });
}

/** A button with an icon. */
export function button(name, text, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, icon(name), text);
}

/** An id that nothing else on the page has. */
export function fresh(stem) {
  made += 1;
  return `${stem}-${made}`;
}

/** Bring an element into sight, if it is not; those who ask for that see no movement. */
export function intoSight(element) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "nearest", behavior: isCalm ? "instant" : "smooth" });
}

/** `late(...)` calls `act(...)` once nobody has called it for a while. */
export function settled(act, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), milliseconds);
  };
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
}
