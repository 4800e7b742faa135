// Where the page begins: asks the studio what it can do, and fills the tabs.

import { Refused, get } from "./api.js";
import { startEnlarge } from "./enlarge.js";
import { el } from "./dom.js";
import { startGrow } from "./grow.js";
import { askForToken } from "./lock.js";
import { startPaint } from "./paint.js";
import { complain } from "./say.js";
import { startStylise } from "./stylise.js";
import { goTo, startTabs } from "./tabs.js";
import { startTrain } from "./train.js";

const opened = new Map(); // what a tab does when it is opened, by name
startTabs((name) => opened.get(name)?.());
// A picture dropped beside its place is not to be opened instead of the page.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.preventDefault());
}

try {
  fill(await asked());
} catch (error) {
  if (error instanceof Refused && error.status === 401) {
    askForToken();
  } else {
    complain(error);
  }
}

async function asked() {
  const names = ["about", "styles", "samples", "generators", "runs", "jobs"];
  const all = await Promise.all(names.map((name) => get(`/v1/${name}`)));
  return Object.fromEntries(names.map((name, index) => [name, all[index]]));
}

function fill(studio) {
  const at = (name) => document.getElementById(`panel-${name}`);
  const paint = startPaint(at("paint"), studio);
  const enlarge = startEnlarge(at("enlarge"), studio);
  const grow = startGrow(at("grow"), studio);
  startStylise(at("stylise"), studio, {
    paint(...given) {
      goTo("paint");
      paint.take(...given);
    },
    enlarge(photo) {
      goTo("enlarge");
      enlarge.take(photo);
    },
  });
  const train = startTrain(at("train"), studio, {
    grow(generator) {
      goTo("grow");
      grow.choose(generator);
    },
  });
  opened.set("grow", grow.opened);
  opened.set("train", train.opened);
  opened.get(location.hash.slice(1))?.(); // it was opened before it was there
  const { version, limits } = studio.about;
  const kept = `Pictures of up to ${limits.max_upload_mb} MB and ${limits.max_megapixels} megapixels; results stay for ${limits.keep_hours} hours.`;
  document.getElementById("foot").append(el("p", {}, `Zeuxis ${version}. ${kept} Nothing leaves this studio.`));
}
