// What the page says: failures aloud and to be seen, the rest to those who listen.

import { button, el } from "./dom.js";

const voice = document.getElementById("voice");
const quiet = document.getElementById("quiet-voice");
let origin = null; // what had the focus when something went wrong
const connection = document.getElementById("connection");

addEventListener("keydown", (event) => event.key === "Escape" && hush());

/** Say what went wrong, in a sentence that stays until it is put away or something goes well. */
export function complain(error) {
  if (!(error instanceof Error && "status" in error)) {
    console.error(error);
  }
  if (!voice.contains(document.activeElement)) {
    origin = document.activeElement;
  }
  const sentence = asSentence(error.message || String(error));
  const away = button("close", "", hush, { class: "bare", "aria-label": "Put this message away" });
  voice.replaceChildren(el("p", {}, sentence), away);
  voice.classList.add("is-shown");
}

/** Take back the last complaint. */
export function hush() {
  if (voice.contains(document.activeElement)) {
    origin?.focus(); // it is not to be lost with the button that had it
  }
  voice.classList.remove("is-shown");
  voice.replaceChildren();
}

/** Tell those who cannot see it. */
export function tell(sentence) {
  quiet.textContent = sentence;
}

/** Say that the studio cannot be reached, or that it can be again. */
export function connected(is) {
  if (is && connection.textContent) {
    tell("The studio answers again.");
  }
  const lost = "The studio does not answer. Nothing is lost; trying again …";
  connection.textContent = is ? "" : lost;
  connection.classList.toggle("is-shown", !is);
}

/** A sentence of the server, with a capital (unless it begins with the name of a file) and a full stop. */
export function asSentence(text) {
  const trimmed = text.trim();
  const isWord = /^[a-z]+[\s,:]/.test(trimmed);
  const whole = isWord ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
