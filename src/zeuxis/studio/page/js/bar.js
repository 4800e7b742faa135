// How far a job is: a bar and a line, and a way to stop it.

import { button, el } from "./dom.js";
import { standing } from "./jobs.js";

/** A bar; `stop` is called when it is to be stopped. */
export class Bar {
  constructor(stop, word = "Stop") {
    this.fill = el("span", { class: "bar-fill" });
    this.track = el("div", { class: "bar-track", role: "progressbar", "aria-label": "Progress" }, this.fill);
    this.track.setAttribute("aria-valuemin", "0");
    this.track.setAttribute("aria-valuemax", "100");
    this.text = el("p", { class: "bar-text" });
    this.button = button("stop", word, () => {
      this.button.disabled = true;
      stop();
    }, { class: "quiet" });
    this.element = el("div", { class: "bar" }, this.text, this.button, this.track);
    this.element.classList.add("is-idle");
  }

  /** Show a job; null for one that is being sent. */
  show(job) {
    const isOver = job !== null && !["queued", "running"].includes(job.state);
    this.element.classList.toggle("is-idle", isOver);
    this.text.textContent = job === null ? "Sending" : standing(job);
    const share = job?.progress.share ?? null;
    this.track.classList.toggle("is-unknown", share === null && !isOver);
    if (share === null) {
      this.track.removeAttribute("aria-valuenow");
    } else {
      this.track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    }
    this.fill.style.setProperty("--share", share ?? 0);
    if (job === null || isOver) {
      this.button.disabled = false;
    }
  }

  /** Show nothing, but perhaps a word on what was. */
  rest(text = "") {
    this.element.classList.add("is-idle");
    this.text.textContent = text;
  }
}
