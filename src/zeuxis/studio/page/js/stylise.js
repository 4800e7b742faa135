// Stylise: a photo in another's hand, painted again at each turn of a knob.

import { Refused } from "./api.js";
import { Bar } from "./bar.js";
import { Compare } from "./compare.js";
import { button, el, intoSight, settled } from "./dom.js";
import { Newest } from "./jobs.js";
import { Knobs } from "./knobs.js";
import { Photo, empty, step } from "./photo.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";
import { checkSize } from "./sizes.js";
import { Wall } from "./wall.js";

const FIRST = ["strength", "colors", "size"];
const CALM = 250; // milliseconds without a change before it is painted

/** Fill the tab. `hands` are ways to other tabs: `paint(photo, paintings, left)`, `enlarge(photo)`. */
export function startStylise(panel, studio, hands) {
  const verb = studio.about.verbs.stylize;
  const { limits } = studio.about;
  const soon = settled(() => paint(), CALM);
  let isToBeSeen = false; // what comes of another photo or style; who turns a knob is left where they are
  const photo = new Photo("stylise", studio, () => picked(true));
  const wall = new Wall(studio.styles, limits, (isAnother) => picked(isAnother));
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
  const slowly = button("brush", "Paint it slowly", () => hands.paint(photo.value, wall.files, titlesOfOurs()), { class: "quiet" });
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

  function picked(isAnother) {
    isToBeSeen ||= isAnother;
    soon();
  }

  async function paint() {
    if (!photo.value || !wall.picked.length) {
      return;
    }
    const [before, title, isNew] = [photo.value, wall.title, isToBeSeen];
    isToBeSeen = false;
    try {
      const form = knobs.fill(wall.fill(photo.fill(new FormData())));
      checkSize(knobs.value("size"), before, limits);
      const asked = newest.ask(form);
      if (isNew) {
        bar.reveal();
      }
      const job = await asked;
      if (job) {
        await show(job, before, title);
        if (isNew) {
          intoSight(compare.element);
        }
      }
    } catch (error) {
      bar.rest();
      complain(error);
      knobs.blame(error);
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

  function titlesOfOurs() {
    return wall.picked.filter((work) => !work.file).map((work) => work.title);
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
