// The lock of a studio that has one: asks for its token, which the studio keeps as a cookie of this browser.

import { Refused } from "./api.js";
import { el } from "./dom.js";
import { complain } from "./say.js";

/** Ask for the token in place of the tabs; the page is opened anew once it is right. */
export function askForToken() {
  const input = el("input", { type: "password", id: "token", required: true, autocomplete: "current-password" });
  const open = el("button", { class: "main", type: "submit" }, "Open");
  const unlock = async (event) => {
    event.preventDefault();
    open.disabled = true;
    try {
      await tried(input.value);
      location.reload();
    } catch (error) {
      complain(error);
      open.disabled = false;
      input.select();
    }
  };
  const form = el("form", { class: "token", onsubmit: unlock },
    el("h1", {}, "This studio has a lock"),
    el("p", {}, "Its token was shown where it was started."),
    el("label", { for: "token" }, "Token"), input, open);
  document.querySelector("[role=tablist]").hidden = true;
  document.getElementById("main").prepend(form);
  input.focus();
}

/** Resolves if it is the token; the answer brings the cookie. */
async function tried(token) {
  const response = await fetch(`/?${new URLSearchParams({ token })}`).catch(() => null);
  if (!response) {
    throw new Refused("the studio does not answer: try again");
  }
  if (!response.ok) {
    const isWrong = response.status === 401;
    const odd = `the studio answered with status ${response.status}`;
    throw new Refused(isWrong ? "this is not the token that the studio was started with" : odd);
  }
}
