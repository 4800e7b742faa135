// Enlarge: a photo with more pixels, and a magnifier to see what they are worth.

import { Bar } from "./bar.js";
import { Compare } from "./compare.js";
import { button, el } from "./dom.js";
import { Newest } from "./jobs.js";
import { Knobs } from "./knobs.js";
import { Magnifier } from "./magnifier.js";
import { Photo, empty, step } from "./photo.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";

const FIRST = ["scale", "sharpness", "to"];

/** Fill the tab; gives `take(photo)`, which brings a photo from another tab. */
export function startEnlarge(panel, studio) {
  const verb = studio.about.verbs.upscale;
  const photo = new Photo("enlarge", studio, () => (go.disabled = false));
  const newest = new Newest("upscale", (job) => bar.show(job));
  const bar = new Bar(() => {
    newest.drop();
    bar.rest("Stopped");
  });
  const compare = new Compare();
  const magnifier = new Magnifier(compare);
  const save = new Save(verb.fields);
  const command = new Command();
  const size = el("p", { class: "measured" });
  const go = button("enlarge", "Enlarge", () => enlarge(), { class: "main", disabled: true });
  const knobs = new Knobs(verb.knobs, FIRST, () => {}, go);
  const nothing = empty("enlarge", "Choose a photo: what it becomes appears here, with a magnifier.");

  compare.element.hidden = true;
  panel.classList.add("is-enlarge");
  compare.before.addEventListener("load", () => magnifier.draw());
  panel.append(
    el("div", { class: "choose" }, el("h1", {}, "Enlarge"), el("p", { class: "lead" }, verb.help),
      step(1, "A photo"), photo.element),
    el("div", { class: "tune" }, step(2, "How large"), knobs.element),
    el("div", { class: "easel" }, nothing, compare.element, bar.element, size, save.element, magnifier.element, command.element),
  );

  async function enlarge() {
    const before = photo.value;
    try {
      const asked = newest.ask(knobs.fill(photo.fill(new FormData())));
      bar.reveal();
      const job = await asked;
      if (!job) {
        return;
      }
      const [result] = job.results;
      await compare.show(result.url, before.url, `${before.name}, enlarged`);
      hush();
      bar.rest();
      nothing.hidden = true;
      compare.element.hidden = magnifier.element.hidden = false;
      magnifier.draw();
      size.textContent = measured(result);
      save.offer(result);
      command.show(job.command);
      tell(`${before.name} is enlarged to ${size.textContent}.`);
    } catch (error) {
      bar.rest();
      complain(error);
    }
  }

  return { take: (value) => photo.put(value) };
}
