// Stylise: a photo in another's hand, painted again at each turn of a knob.

import { Refused } from "./api.js";
import { Bar } from "./bar.js";
import { Compare } from "./compare.js";
import { button, el, settled } from "./dom.js";
import { Newest } from "./jobs.js";
import { Knobs } from "./knobs.js";
import { Photo, empty, step } from "./photo.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";
import { Wall } from "./wall.js";

const FIRST = ["strength", "colors", "size"];
const CALM = 250; // milliseconds without a change before it is painted

/** Fill the tab. `hands` are ways to other tabs: `paint(photo, paintings)`, `enlarge(photo)`. */
export function startStylise(panel, studio, hands) {
  const verb = studio.about.verbs.stylize;
  const soon = settled(() => paint(), CALM);
  const photo = new Photo("stylise", studio, () => soon());
  const wall = new Wall(studio.styles, studio.about.limits, () => soon());
  const knobs = new Knobs(verb.knobs, FIRST, () => soon());
  const newest = new Newest("stylize", (job) => bar.show(job));
  const bar = new Bar(() => {
    newest.drop();
    bar.rest("Stopped");
  });
  const compare = new Compare();
  const save = new Save(verb.fields);
  const command = new Command();
  const size = el("p", { class: "measured" });
  const slowly = button("brush", "Paint it slowly", () => hands.paint(photo.value, own()), { class: "quiet" });
  const larger = button("enlarge", "Enlarge it", () => enlarge(), { class: "quiet" });
  const after = el("div", { class: "actions", hidden: true }, save.element, el("div", { class: "actions" }, slowly, larger));
  const nothing = empty("brush", "Choose a photo and a style: the painting appears here.");
  let result = null;

  compare.element.hidden = true;
  panel.classList.add("is-stylise");
  panel.append(
    el("div", { class: "choose" }, el("h1", {}, "Stylise"), el("p", { class: "lead" }, verb.help),
      step(1, "A photo"), photo.element, step(2, "A style", wall.toggle), wall.element),
    el("div", { class: "easel" }, nothing, compare.element, bar.element, size, after, command.element),
    el("div", { class: "tune" }, step(3, "To your taste"), knobs.element),
  );

  async function paint() {
    if (!photo.value || !wall.picked.length) {
      return;
    }
    const [before, title] = [photo.value, wall.title];
    try {
      const job = await newest.ask(knobs.fill(wall.fill(photo.fill(new FormData()))));
      if (job) {
        await show(job, before, title);
      }
    } catch (error) {
      bar.rest();
      complain(error);
    }
  }

  async function show(job, before, title) {
    [result] = job.results;
    await compare.show(result.url, before.url, `${before.name} in the style of ${title}`);
    hush();
    nothing.hidden = true;
    compare.element.hidden = after.hidden = false;
    size.textContent = measured(result);
    bar.rest();
    save.offer(result);
    command.show(job.command);
    tell(`${before.name} is painted in the style of ${title}.`);
  }

  function own() {
    return wall.picked.filter((work) => work.file).map((work) => work.file);
  }

  async function enlarge() {
    try {
      hands.enlarge(await fetched(result));
    } catch (error) {
      complain(error);
    }
  }
}

/** A result as a photo for another tab. */
export async function fetched(result) {
  const response = await fetch(result.url);
  if (!response.ok) {
    throw new Refused("the picture is no longer there: make it again", response.status);
  }
  const file = new File([await response.blob()], result.name, { type: result.media_type });
  return { file, url: URL.createObjectURL(file), name: result.name };
}
