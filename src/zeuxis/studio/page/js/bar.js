// How far a job is: a bar and a line, and a way to stop it.

import { button, el, intoSight } from "./dom.js";
import { isOver, standing } from "./jobs.js";
import { complain, tell } from "./say.js";

const STOPPING = "Stopping …";
const QUARTERS = 4; // of a job, at each of which it is told where it is

/** A bar; `stop` is called when it is to be stopped. */
export class Bar {
  constructor(stop, word = "Stop") {
    this.fill = el("span", { class: "bar-fill" });
    this.track = el("div", { class: "bar-track", role: "progressbar", "aria-label": "Progress" }, this.fill);
    this.track.setAttribute("aria-valuemin", "0");
    this.track.setAttribute("aria-valuemax", "100");
    this.text = el("p", { class: "bar-text" });
    this.button = button("stop", word, () => this.#stop(stop), { class: "quiet" });
    this.element = el("div", { class: "bar" }, this.text, this.button, this.track);
    this.element.classList.add("is-idle");
    this.told = "";
    this.isStopping = false;
  }

  /** Say of what it is, where there are several. */
  call(name) {
    this.name = name;
    this.track.setAttribute("aria-label", `Progress of ${name}`);
  }

  /** Show a job; null for one that is being sent. */
  show(job) {
    const isLast = job !== null && isOver(job);
    this.element.classList.toggle("is-idle", isLast);
    if (job === null || isLast) {
      this.isStopping = this.button.disabled = false;
    }
    this.text.textContent = job === null ? "Sending" : this.isStopping ? STOPPING : standing(job);
    const share = job?.progress.share ?? null;
    this.track.classList.toggle("is-unknown", share === null && !isLast);
    if (share === null) {
      this.track.removeAttribute("aria-valuenow");
    } else {
      this.track.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    }
    this.fill.style.setProperty("--share", share ?? 0);
    if (job !== null && !isLast && !this.isStopping) {
      this.#tell(job, share);
    }
  }

  /** Bring it into view, for it may be far from the button that began the work. */
  reveal() {
    intoSight(this.element);
  }

  /** Show nothing, but perhaps a word on what was. */
  rest(text = "") {
    this.isStopping = this.button.disabled = false;
    this.element.classList.add("is-idle");
    this.text.textContent = text;
    if (text) {
      tell(`${text}.`);
    }
  }

  /** What it is at is still to be finished; that it was heard is said at once. */
  async #stop(stop) {
    this.isStopping = this.button.disabled = true;
    this.text.textContent = STOPPING;
    tell([this.name, STOPPING].filter(Boolean).join(": "));
    try {
      await stop();
    } catch (error) {
      this.isStopping = this.button.disabled = false;
      complain(error);
    }
  }

  /** Tell where it is, at its beginning and at each quarter: at each change it would be too often. */
  #tell(job, share) {
    const stage = `${job.id} ${job.state} ${Math.floor(QUARTERS * (share ?? 0))}`;
    if (stage !== this.told) {
      this.told = stage;
      const percent = share === null ? null : `${Math.round(100 * share)} percent`;
      tell([this.name, percent, standing(job)].filter(Boolean).join(": "));
    }
  }
}
