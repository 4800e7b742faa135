// Enlarge: a photo with more pixels, and a magnifier to see what they are worth.

import { Refused } from "./api.js";
import { Bar } from "./bar.js";
import { Compare } from "./compare.js";
import { button, el } from "./dom.js";
import { Newest } from "./jobs.js";
import { Knobs } from "./knobs.js";
import { Magnifier } from "./magnifier.js";
import { Photo, empty, step } from "./photo.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";
import { inWords, largest, megapixels, scaled, sized } from "./sizes.js";

const FIRST = ["scale"];

/** Fill the tab; gives `take(photo)`, which brings a photo from another tab. */
export function startEnlarge(panel, studio) {
  const verb = studio.about.verbs.upscale;
  const { limits } = studio.about;
  const photo = new Photo("enlarge", studio, () => (go.disabled = false), () => fit());
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
  const forecast = el("p", { class: "forecast", role: "status" });
  const knobs = new Knobs(verb.knobs, FIRST, (name) => (name === "scale" ? foresee() : fit()), [forecast, go]);
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

  /** Propose the largest scale that fits, where that of the studio does not. */
  function fit() {
    if (photo.value?.width) {
      const most = largest(photo.value, limits);
      const isFit = knobs.value("to") !== "" || Number(knobs.standard("scale")) <= most;
      knobs.propose("scale", isFit || most <= 1 ? "" : String(most));
      foresee();
    }
  }

  /** Say what the photo will become. */
  function foresee() {
    const made = planned();
    const wrong = made && excess(made);
    const much = made && `${inWords(photo.value)} become ${made.width} × ${made.height}, ${millions(made)}.`;
    forecast.textContent = wrong || much || "";
    forecast.classList.toggle("is-bad", Boolean(wrong));
  }

  /** The size that was asked for; null where the photo's is not known. */
  function planned() {
    const [before, to] = [photo.value, knobs.value("to")];
    if (!before?.width) {
      return null;
    }
    const scale = Number(knobs.value("scale") || knobs.standard("scale"));
    return to ? sized(to, before) : scale ? scaled(scale, before) : null;
  }

  /** What is wrong with a size that is too large for the studio; "" where nothing is. */
  function excess(made) {
    if (megapixels(made) <= limits.max_megapixels) {
      return "";
    }
    const most = largest(photo.value, limits);
    const fits = most > 1 ? `a scale of up to ${most} fits` : "this photo is as large already as a picture can be here";
    return `That would be ${inWords(made)}, ${millions(made)}, over the ${limits.max_megapixels} of this studio: ${fits}.`;
  }

  async function enlarge() {
    const before = photo.value;
    try {
      const wrong = planned() && excess(planned());
      if (wrong) {
        throw Object.assign(new Refused(wrong, 422), { knob: knobs.value("to") ? "to" : "scale" });
      }
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
      knobs.blame(error);
    }
  }

  return { take: (value) => photo.put(value) };
}

function millions(size) {
  const count = megapixels(size);
  return `${count < 10 ? count.toFixed(1) : Math.round(count)} megapixels`;
}
