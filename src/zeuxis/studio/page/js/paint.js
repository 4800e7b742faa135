// Paint: a photo painted slowly, watched while it becomes a painting, and stopped when it is liked.

import { cancel, submit } from "./api.js";
import { Bar } from "./bar.js";
import { Compare, loaded } from "./compare.js";
import { button, el } from "./dom.js";
import { follow, isOver } from "./jobs.js";
import { Knobs } from "./knobs.js";
import { Photo, empty, step } from "./photo.js";
import { Plot } from "./plot.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";
import { Wall } from "./wall.js";

const FIRST = ["size", "minutes", "style_weight"];

/** Fill the tab; gives `take(photo, paintings)`, which brings them from another tab. */
export function startPaint(panel, studio) {
  const verb = studio.about.verbs.paint;
  const photo = new Photo("paint", studio, () => ready());
  const wall = new Wall([], studio.about.limits, () => ready());
  let current = null;
  const bar = new Bar(() => cancel(current.id).catch(complain), "Stop, and keep it");
  const compare = new Compare();
  const live = el("img", { class: "shown", alt: "", hidden: true });
  const plot = new Plot(["loss"]);
  const save = new Save(verb.fields);
  const command = new Command();
  const size = el("p", { class: "measured" });
  const notes = el("ul", { class: "warnings" });
  const go = button("brush", "Paint", () => paint(), { class: "main", disabled: true });
  const knobs = new Knobs(verb.knobs, FIRST, () => {}, go);
  const nothing = empty("brush", "Choose a photo and a painting: you will see it being painted here.");

  compare.element.hidden = true;
  panel.classList.add("is-paint");
  panel.append(
    el("div", { class: "choose" }, el("h1", {}, "Paint"), el("p", { class: "lead" }, verb.help),
      step(1, "A photo"), photo.element, step(2, "A painting", wall.toggle), wall.element),
    el("div", { class: "tune" }, step(3, "To your taste"), knobs.element),
    el("div", { class: "easel" }, nothing, live, compare.element, bar.element, size, save.element, notes,
      el("div", { class: "plots" }, plot.element), command.element),
  );
  recall();

  function ready() {
    go.disabled = !photo.value || !wall.picked.length || (current !== null && !isOver(current));
  }

  async function paint() {
    const before = photo.value;
    try {
      const form = knobs.fill(wall.fill(photo.fill(new FormData())));
      go.disabled = true;
      bar.show(null);
      bar.reveal();
      bar.button.disabled = true; // there is nothing to keep yet
      await watch(await submit("paint", form), before.url);
    } catch (error) {
      bar.rest();
      complain(error);
    }
    ready();
  }

  /** Follow a job to its end. */
  async function watch(job, before) {
    hush();
    current = job;
    bar.button.disabled = false;
    save.offer(null);
    size.textContent = "";
    compare.element.hidden = true;
    live.hidden = true;
    nothing.hidden = false;
    let seen = null;
    const last = await follow(job, (news) => {
      current = news;
      bar.show(news);
      command.show(news.command);
      plot.show(news.progress.curves);
      notes.replaceChildren(...news.warnings.map((each) => el("li", {}, each)));
      if (news.preview && news.preview !== seen && !isOver(news)) {
        seen = news.preview;
        loaded(live, seen, "The painting so far").then(() => {
          live.hidden = isOver(current);
          nothing.hidden = true;
        });
      }
    });
    await conclude(last, before);
  }

  async function conclude(job, before) {
    const [result] = job.results;
    if (job.state === "failed") {
      complain(Object.assign(new Error(job.error), { status: 422 }));
    }
    if (!result) {
      return;
    }
    await compare.show(result.url, before, "The painting");
    live.hidden = nothing.hidden = true;
    compare.element.hidden = false;
    size.textContent = measured(result);
    save.offer(result);
    tell("The painting is ready.");
  }

  /** Show what was being painted, or was painted last, when the page was closed. */
  async function recall() {
    const last = studio.jobs.find((job) => job.verb === "paint" && !["failed", "cancelled"].includes(job.state));
    if (last) {
      await watch(last, null).catch(complain);
      ready();
    }
  }

  return {
    take(value, paintings) {
      if (value) {
        photo.put(value);
      }
      wall.hang(paintings);
    },
  };
}
