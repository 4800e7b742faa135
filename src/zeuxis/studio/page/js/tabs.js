// Tabs: one panel at a time, moved between by click, arrow keys or address.

import { hush } from "./say.js";

const tabs = [...document.querySelectorAll("[role=tab]")];

const places = new Map(); // how far each tab was scrolled when it was left
let whenOpened = () => {};

/** Make the tabs work; `opened(name)` is called for each that is opened. */
export function startTabs(opened) {
  whenOpened = opened;
  history.scrollRestoration = "manual"; // each tab has a place of its own
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      address(nameOf(tab));
      open(nameOf(tab));
    });
    tab.addEventListener("keydown", (event) => moved(event, tab));
  }
  addEventListener("hashchange", () => open(location.hash.slice(1)));
  open(location.hash.slice(1));
}

/** Open a tab by its name, from its beginning: the button that led there is seen no more, so the focus goes along. */
export function goTo(name) {
  places.delete(name);
  address(name);
  open(name);
  const heading = document.querySelector(`#panel-${name} h1`);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Whether a tab is the one that is open. */
export function isOpen(name) {
  return !document.getElementById(`panel-${name}`).hidden;
}

/** An address that is no tab's, as that of the link past the tabs, leaves open what is. */
function open(asked) {
  const before = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  const next = tabs.find((tab) => nameOf(tab) === asked) ?? before;
  const name = nameOf(next);
  places.set(nameOf(before), scrollY);
  for (const tab of tabs) {
    const is = tab === next;
    tab.setAttribute("aria-selected", String(is));
    tab.tabIndex = is ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !is;
  }
  if (location.hash.slice(1) !== name) {
    history.replaceState(null, "", `#${name}`);
  }
  document.title = `${next.textContent} · Zeuxis studio`;
  if (next !== before) {
    hush(); // what went wrong there is of no use here
    scrollTo({ top: places.get(name) ?? 0, behavior: "instant" });
  }
  whenOpened(name);
}

/** Have the address of a tab, so that Back leads to the tab before. */
function address(name) {
  if (location.hash.slice(1) !== name) {
    history.pushState(null, "", `#${name}`);
  }
}

function moved(event, tab) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(tab), End: -1 - tabs.indexOf(tab) };
  const step = steps[event.key];
  if (step === undefined) {
    return;
  }
  event.preventDefault();
  const next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
  next.click();
  next.focus();
}

function nameOf(tab) {
  return tab.id.replace("tab-", "");
}
