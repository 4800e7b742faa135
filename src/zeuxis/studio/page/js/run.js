// A run of training, as a card: its sheet, its curves, what it warns of, and what can be done with it.

import { cancel, forget } from "./api.js";
import { Bar } from "./bar.js";
import { loaded } from "./compare.js";
import { button, el, fresh, icon } from "./dom.js";
import { follow, isOver, standing } from "./jobs.js";
import { Plot } from "./plot.js";
import { Command } from "./result.js";
import { complain, tell } from "./say.js";
import { words } from "./terms.js";

/** A card of a job of training; `hands` are `resume(run)`, `grow(generator)` and `changed()`. */
export class Run {
  /** `isOurs` says whether it was begun on this page: who only watches may not have the job forgotten. */
  constructor(job, hands, isOurs) {
    this.isOurs = isOurs;
    this.job = job;
    this.hands = hands;
    this.title = el("h3", { id: fresh("run") }, "Training");
    this.state = el("span", { class: "help" });
    this.sheet = el("img", { class: "sheet", alt: "", hidden: true });
    this.losses = new Plot(["generator_loss", "discriminator_loss"]);
    this.score = new Plot(["score"]);
    this.warnings = el("ul", { class: "warnings", "aria-label": "Warnings" });
    this.bar = new Bar(() => cancel(job.id), "Stop, and keep it");
    this.actions = el("div", { class: "actions" });
    this.command = new Command();
    const plots = el("div", { class: "plots" }, this.losses.element, this.score.element);
    const head = el("div", { class: "run-head" }, this.title, this.state);
    this.element = el("article", { class: "run", "aria-labelledby": this.title.id },
      head, this.sheet, this.bar.element, this.warnings, plots, this.actions, this.command.element);
  }

  /** Watch it to its end. */
  async watch() {
    try {
      await follow(this.job, (job) => this.show(job));
      tell(`${this.title.textContent}: ${standing(this.job)}.`);
      this.hands.changed();
    } catch (error) {
      complain(error);
    }
  }

  /** Show the job as it stands. */
  show(job) {
    this.job = job;
    this.title.textContent = words(job.run);
    this.bar.call(this.title.textContent);
    this.state.textContent = new Date(job.created).toLocaleString();
    this.bar.show(job);
    this.losses.show(job.progress.curves);
    this.score.show(job.progress.curves);
    this.command.show(job.command);
    const said = job.error ? [...job.warnings, job.error] : job.warnings;
    if (said.length !== this.warnings.children.length) {
      this.warnings.replaceChildren(...said.map((each) => el("li", {}, icon("warn"), each)));
    }
    if (job.preview && job.preview !== this.seen) {
      if (!this.seen) {
        this.hands.changed(); // by now the run is among the others, under its name
      }
      this.seen = job.preview;
      loaded(this.sheet, job.preview, `What ${this.title.textContent} makes so far`).then(() => (this.sheet.hidden = false));
    }
    if (isOver(job)) {
      this.#offer(job);
    }
  }

  #offer(job) {
    const [result] = job.results;
    const { run } = job;
    const offers = [];
    if (result) {
      offers.push(
        el("a", { class: "button main", href: result.url, download: "" }, icon("save"), "Export the generator"),
        button("grow", "Grow with it", () => this.hands.grow(`run-${run}`), { class: "quiet" }),
        button("play", "Go on", () => this.hands.resume(run), { class: "quiet" }),
      );
    }
    offers.push(button("remove", "Put away", () => this.#away(), { class: "quiet" }));
    this.actions.replaceChildren(...offers);
  }

  /** The card goes; the run itself stays with the studio. */
  async #away() {
    if (this.isOurs) {
      await forget(this.job.id);
    }
    this.element.remove();
    this.hands.changed();
  }
}
