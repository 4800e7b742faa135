// Paint: a photo painted slowly, watched while it becomes a painting, and stopped when it is liked.

import { cancel, submit } from "./api.js";
import { Bar } from "./bar.js";
import { Compare, loaded } from "./compare.js";
import { button, el } from "./dom.js";
import { follow, isOver } from "./jobs.js";
import { keep, kept } from "./keep.js";
import { Knobs } from "./knobs.js";
import { Photo, empty, step } from "./photo.js";
import { Plot } from "./plot.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";
import { checkSize } from "./sizes.js";
import { Wall } from "./wall.js";

const KEPT = "paint";
const FIRST = ["size", "minutes", "style_weight"];

const WHY =
  "Painting slowly needs a picture of the painting itself, as a file of yours: with Zeuxis come networks that have learned styles, and no paintings.";
const BEFORE = "Choose a photo and a painting: you will see it being painted here.";
const SOON = "It is being painted: the first look at it comes in a moment.";

/** Fill the tab; gives `take(photo, paintings, left)`, which brings them from another tab. */
export function startPaint(panel, studio) {
  const verb = studio.about.verbs.paint;
  const photo = new Photo("paint", studio, () => ready());
  const wall = new Wall([], studio.about.limits, () => {
    remark.hidden = true;
    ready();
  });
  const remark = el("p", { class: "remark", role: "status", hidden: true });
  let current = null;
  const bar = new Bar(() => cancel(current.id), "Stop, and keep it");
  const compare = new Compare();
  const live = el("img", { class: "shown", alt: "", hidden: true });
  const plot = new Plot();
  const save = new Save(verb.fields);
  const command = new Command();
  const size = el("p", { class: "measured" });
  const notes = el("ul", { class: "warnings" });
  const go = button("brush", "Paint", () => paint(), { class: "main", disabled: true });
  const knobs = new Knobs(verb.knobs, FIRST, () => {}, go);
  const nothing = empty("brush", BEFORE);

  compare.element.hidden = true;
  panel.classList.add("is-paint");
  panel.append(
    el("div", { class: "choose" }, el("h1", {}, "Paint"), el("p", { class: "lead" }, verb.help),
      step(1, "A photo"), photo.element, step(2, "A painting", wall.toggle), el("p", { class: "help" }, WHY), remark, wall.element),
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
      checkSize(knobs.value("size"), before, studio.about.limits);
      go.disabled = true;
      bar.show(null);
      bar.reveal();
      bar.button.disabled = true; // there is nothing to keep yet
      const [{ file, sample, name, url }, paintings] = [before, wall.files];
      const job = await submit("paint", form);
      keep(KEPT, { id: job.id, photo: { file, sample, name, url }, paintings });
      await watch(job, url);
    } catch (error) {
      bar.rest();
      complain(error);
      knobs.blame(error);
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
    nothing.lastElementChild.textContent = SOON;
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
    nothing.lastElementChild.textContent = BEFORE;
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
    const was = await kept(KEPT);
    if (!last || was?.id !== last.id) {
      keep(KEPT, null); // it is over and forgotten, and its files with it
    } else if (!photo.value) {
      const { photo: before, paintings } = was;
      photo.put(before.file ? { ...before, url: URL.createObjectURL(before.file) } : before);
      wall.hang(paintings, paintings.length > 1);
    }
    if (last) {
      await watch(last, photo.value?.url).catch(complain);
      ready();
    }
  }

  return {
    /** `left` are titles of ours, which cannot come along. */
    take(value, paintings, left) {
      if (value) {
        photo.put(value);
      }
      wall.hang(paintings);
      const why = "what hangs on the wall is a network that learned from a painting. Choose a picture of the painting itself here.";
      remark.textContent = `${left.join(" and ")} stayed behind: ${why}`;
      remark.hidden = !left.length;
    },
  };
}
