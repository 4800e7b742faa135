// Train: a generator learned from a folder of pictures; several runs side by side.

import { get, submit } from "./api.js";
import { button, el, fresh, words } from "./dom.js";
import { Knobs } from "./knobs.js";
import { empty, step } from "./photo.js";
import { Run } from "./run.js";
import { complain, hush } from "./say.js";

const FIRST = ["minutes", "size", "conditional"];
const LENGTHS = ["minutes", "steps", "kimg"]; // the knobs that a run may be gone on with

/** Fill the tab; gives `opened()`. */
export function startTrain(panel, studio, hands) {
  const verb = studio.about.verbs.train;
  const select = el("select", { id: fresh("folder") });
  const help = "Folders that the studio was started with, and what is in them.";
  const cards = el("div", { class: "runs" });
  const earlier = el("ul", { class: "earlier" });
  const go = button("play", "Train", () => train(), { class: "main" });
  const knobs = new Knobs(verb.knobs, FIRST, () => {}, go);
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
  studio.jobs.filter((job) => job.verb === "train").reverse().forEach(put);
  tellRuns(studio.runs);

  function list(roots) {
    select.replaceChildren(...roots.map((root) => el("option", { value: root }, root)));
    go.disabled = select.disabled = roots.length === 0;
    if (!roots.length) {
      select.append(el("option", {}, "None: start the studio with --root FOLDER"));
    }
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
    }
    go.disabled = select.disabled;
  }

  function put(job) {
    const run = new Run(job, { resume, grow: hands.grow, changed: refresh });
    shown.set(job.id, run);
    cards.prepend(run.element);
    nothing.hidden = true;
    run.watch();
    return run;
  }

  async function refresh() {
    try {
      tellRuns(await get("/v1/runs"));
    } catch (error) {
      complain(error);
    }
    nothing.hidden = cards.children.length > 0;
  }

  function tellRuns(runs) {
    runs.forEach(({ job, name }) => shown.get(job)?.call(name));
    earlier.parentElement.hidden = runs.length === 0;
    earlier.replaceChildren(...runs.map(row));
  }

  function row(run) {
    const goOn = { class: "quiet", "aria-label": `Go on with ${run.name}` };
    const actions = [run.job ? el("span", { class: "help" }, "At it now") : button("play", "Go on", () => resume(run.name), goOn)];
    if (run.has_generator) {
      const grow = () => hands.grow(`run-${run.name}`);
      actions.push(button("grow", "Grow", grow, { class: "quiet", "aria-label": `Grow with ${run.name}` }));
    }
    const about = el("div", {}, el("strong", {}, words(run.name)), el("p", { class: "help" }, `From ${run.data}`));
    return el("li", {}, about, el("div", { class: "actions" }, actions));
  }

  return { opened: refresh };
}
