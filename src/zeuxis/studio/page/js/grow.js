// Grow: pictures from nothing, and the ways between them.

import { get } from "./api.js";
import { Bar } from "./bar.js";
import { button, el, fresh, icon, settled } from "./dom.js";
import { Newest } from "./jobs.js";
import { Knobs } from "./knobs.js";
import { empty, step } from "./photo.js";
import { Command, Save, measured } from "./result.js";
import { complain, hush, tell } from "./say.js";
import { Sheet } from "./sheet.js";
import { words } from "./terms.js";
import { Walk } from "./walk.js";

const FIRST = ["n", "seed", "truncation_psi", "label"];
const OF_THE_SHEET = ["n", "seed", "label"]; // what is said for each picture by itself
const CALM = 350; // milliseconds without a change before pictures are grown
const HINTS = [
  "Click a picture to keep it, two to walk between them, four for a plane.",
  "One more, and you can walk between the two.",
  "Move along the line, or click two more for a plane.",
  "One more for a plane.",
  "Drag in the picture: it follows, and stays where you let go.",
];

/** Fill the tab; gives `opened()` and `choose(generator)`. */
export function startGrow(panel, studio) {
  const { sample, blend } = studio.about.verbs;
  let generators = studio.generators;
  let chosen = generators.toSorted((one, other) => other.width - one.width)[0];
  let isGrown = false;
  const soon = settled(() => isGrown && grow(), CALM);
  const knobs = new Knobs(sample.knobs, FIRST, () => soon());
  const select = el("select", { id: fresh("generator"), onchange: () => choose(select.value) });
  const about = el("p", { class: "help" });
  const sheet = new Sheet((picked) => pick(picked));
  const bar = new Bar(() => {
    sheet.stop();
    whole.drop();
    bar.rest("Stopped");
  });
  const hint = el("p", { class: "help", role: "status" });
  const walk = new Walk(blend.fields, () => shared());
  const save = new Save(blend.fields);
  const size = el("p", { class: "measured" });
  const command = new Command();
  const whole = new Newest("sample", (job) => bar.show(job));
  const keep = button("save", "Save the sheet", () => saveSheet(), { class: "quiet", hidden: true });
  const sheetCommand = new Command();
  const large = el("img", { class: "grown-large", alt: "" });
  const one = el("div", { class: "grown-one", hidden: true }, large, size, save.element, command.element);
  const nothing = empty("grow", "Pictures grow here.");
  const label = el("label", { for: select.id, class: "label" }, "Generator");

  panel.classList.add("is-grow");
  panel.append(
    el("div", { class: "choose" }, el("h1", {}, "Grow"), el("p", { class: "lead" }, sample.help),
      step(1, "A generator"), el("div", { class: "knob" }, label, select, about)),
    el("div", { class: "easel" }, nothing,
      el("div", { class: "grown-left" }, bar.element, sheet.element, el("div", { class: "actions" }, keep), sheetCommand.element),
      el("div", { class: "grown-right" }, el("p", { class: "walk-hint" }, icon("walk"), hint), one, walk.element)),
    el("div", { class: "tune" }, step(2, "To your taste"), knobs.element),
  );
  list();

  function list() {
    select.replaceChildren(...generators.map((each) => el("option", { value: each.name }, words(each.title || each.name))));
    select.value = chosen?.name ?? "";
    show();
  }

  function show() {
    if (!chosen) {
      about.textContent = "There is none yet: train one.";
      return;
    }
    const { width, height, channels, classes, source } = chosen;
    const kind = channels === 1 ? "grey" : "in colour";
    const from = source === "run" ? "Trained here." : "Comes with Zeuxis.";
    about.textContent = `${width} × ${height} pixels, ${kind}. ${from}`;
    knobs.offer("label", classes);
  }

  async function choose(name) {
    chosen = generators.find((each) => each.name === name) ?? chosen;
    select.value = chosen.name;
    show();
    await grow();
  }

  /** What all pictures share. */
  function shared() {
    const form = knobs.fill(new FormData());
    OF_THE_SHEET.forEach((name) => form.delete(name));
    form.set("generator", chosen.name);
    return form;
  }

  async function grow() {
    try {
      const [count, first, wish] = [Number(knobs.value("n")), Number(knobs.value("seed")), knobs.value("label")];
      const { classes } = chosen;
      const wanted = Array.from({ length: count }, (_, index) => ({
        seed: first + index,
        label: wish || classes[index % classes.length],
        form: shared(),
      }));
      nothing.hidden = keep.hidden = true;
      isGrown = true;
      sheetCommand.show(null);
      const say = (done) => bar.show(asJob(done, count));
      say(0);
      if (await sheet.fill(wanted, chosen.width / chosen.height, say)) {
        hush();
        bar.rest();
        keep.hidden = false;
        tell(`${count} pictures are grown.`);
      }
    } catch (error) {
      sheet.stop();
      bar.rest();
      complain(error);
    }
  }

  /** All of them in one picture, as `zeuxis gan sample` makes it. */
  async function saveSheet() {
    keep.disabled = true;
    try {
      const form = knobs.fill(new FormData());
      form.set("generator", chosen.name);
      const job = await whole.ask(form);
      bar.rest();
      if (job) {
        el("a", { href: job.results[0].url, download: "" }).click();
        sheetCommand.show(job.command);
      }
    } catch (error) {
      bar.rest();
      complain(error);
    }
    keep.disabled = false;
  }

  function pick(picked) {
    hint.textContent = HINTS[picked.length];
    one.hidden = picked.length !== 1;
    if (picked.length === 1) {
      const [{ result, seed, command: text }] = picked;
      large.src = result.url;
      large.alt = `The picture of seed ${seed}`;
      save.offer(result);
      size.textContent = measured(result);
      command.show(text);
    }
    walk.between(picked, chosen.width / chosen.height);
  }

  /** Runs may have grown a generator since. */
  async function opened() {
    try {
      generators = await get("/v1/generators");
      list();
      if (!isGrown && chosen) {
        await grow();
      }
    } catch (error) {
      complain(error);
    }
  }

  return {
    opened,
    async choose(name) {
      generators = await get("/v1/generators");
      list();
      await choose(name);
    },
  };
}

/** So many pictures, as a bar shows a job. */
function asJob(done, count) {
  const progress = { share: done / count, seconds_left: null, text: `${done} of ${count} pictures` };
  return { state: "running", progress };
}
