// Train: a generator learned from a folder of pictures; several runs side by side.

import { get, submit } from "./api.js";
import { button, el, fresh } from "./dom.js";
import { Knobs } from "./knobs.js";
import { empty, step } from "./photo.js";
import { Run } from "./run.js";
import { complain, hush } from "./say.js";
import { words } from "./terms.js";

const FIRST = ["minutes", "size", "conditional"];
const SHEETS = 5; // of samples, that a run shows at the least
const LENGTHS = ["minutes", "steps", "kimg"]; // the knobs that a run may be gone on with

/** Fill the tab; gives `opened()`. */
export function startTrain(panel, studio, hands) {
  const verb = studio.about.verbs.train;
  const select = el("select", { id: fresh("folder") });
  const help = "Folders that the studio was started with, and what is in them.";
  const cards = el("div", { class: "runs" });
  const earlier = el("ul", { class: "earlier" });
  const go = button("play", "Train", () => train(), { class: "main" });
  const knobs = new Knobs(verb.knobs, FIRST, (name) => name === "minutes" && pace(), go);
  const nothing = empty("train", "No run yet: choose a folder and begin. It goes on if you close this page.");
  const label = el("label", { for: select.id }, "Folder");
  const shown = new Map(); // cards by the job's id

  panel.classList.add("is-train");
  panel.append(
    el("div", { class: "choose" }, el("h1", {}, "Train"), el("p", { class: "lead" }, verb.help),
      step(1, "A folder of pictures"),
      el("div", { class: "knob" }, label, select, el("p", { class: "help" }, help))),
    el("div", { class: "tune" }, step(2, "How"), knobs.element),
    el("div", { class: "easel" }, nothing, cards,
      el("section", { class: "earlier-runs", hidden: true }, el("h2", {}, "Runs here"), earlier)),
  );
  list(studio.about.roots);
  studio.jobs.filter((job) => job.verb === "train").reverse().forEach((job) => put(job));
  tellRuns(studio.runs);

  function list(roots) {
    select.replaceChildren(...roots.map((root) => el("option", { value: root }, root)));
    go.disabled = select.disabled = roots.length === 0;
    if (!roots.length) {
      select.append(el("option", {}, "None: start the studio with --root FOLDER"));
    }
  }

  /** A short run is looked at more often, so that there is something to see. */
  function pace() {
    const often = Number(knobs.value("minutes")) / SHEETS;
    const isShort = often > 0 && often < Number(knobs.standard("preview_minutes"));
    knobs.propose("preview_minutes", isShort ? String(Number(often.toPrecision(2))) : "");
  }

  async function train() {
    await begin((form) => {
      form.set("folder", select.value);
      return knobs.fill(form);
    });
  }

  async function resume(run) {
    await begin((form) => {
      const all = knobs.fill(new FormData());
      LENGTHS.filter((name) => all.has(name)).forEach((name) => form.set(name, all.get(name)));
      form.set("run", run);
      return form;
    });
  }

  async function begin(fill) {
    go.disabled = true;
    try {
      put(await submit("train", fill(new FormData()))).bar.reveal();
      hush();
      await refresh();
    } catch (error) {
      complain(error);
      knobs.blame(error);
    }
    go.disabled = select.disabled;
  }

  function put(job, isOurs = true) {
    const run = new Run(job, { resume, grow: hands.grow, changed: refresh }, isOurs);
    shown.set(job.id, run);
    cards.prepend(run.element);
    nothing.hidden = true;
    run.watch();
    return run;
  }

  /** Show what was begun in another browser. */
  async function watch(id) {
    try {
      put(await get(`/v1/jobs/${id}`), false).bar.reveal();
      await refresh();
    } catch (error) {
      complain(error);
    }
  }

  async function refresh() {
    try {
      tellRuns(await get("/v1/runs"));
    } catch (error) {
      complain(error);
    }
  }

  function tellRuns(runs) {
    nothing.hidden = cards.children.length > 0 || runs.length > 0;
    earlier.parentElement.hidden = runs.length === 0;
    earlier.replaceChildren(...runs.map(row));
  }

  function row(run) {
    const actions = [now(run)];
    if (run.has_generator) {
      const grow = () => hands.grow(`run-${run.name}`);
      actions.push(button("grow", "Grow", grow, { class: "quiet", "aria-label": `Grow with ${run.name}` }));
    }
    const about = el("div", {}, el("strong", {}, words(run.name)), el("p", { class: "help" }, `From ${run.data}`));
    return el("li", {}, about, el("div", { class: "actions" }, actions));
  }

  /** What a run is at, or may be: it is on a card already, can be put on one, or be gone on with. */
  function now({ name, job }) {
    const named = (word) => ({ class: "quiet", "aria-label": `${word} ${name}` });
    if (!job) {
      return button("play", "Go on", () => resume(name), named("Go on with"));
    }
    return shown.has(job) ? el("span", { class: "help" }, "At it now") : button("train", "Watch", () => watch(job), named("Watch"));
  }

  return { opened: refresh };
}
