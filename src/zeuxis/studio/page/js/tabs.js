// Tabs: one panel at a time, moved between by click, arrow keys or address.

const tabs = [...document.querySelectorAll("[role=tab]")];

/** Make the tabs work; `opened(name)` is called for each that is opened. */
export function startTabs(opened) {
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      if (location.hash.slice(1) !== nameOf(tab)) {
        history.pushState(null, "", `#${nameOf(tab)}`); // so that Back leads to the tab before
      }
      open(nameOf(tab), opened);
    });
    tab.addEventListener("keydown", (event) => moved(event, tab));
  }
  addEventListener("hashchange", () => open(location.hash.slice(1), opened));
  open(location.hash.slice(1), opened);
}

/** Open a tab by its name. */
export function goTo(name) {
  location.hash = name;
  document.getElementById("main").scrollIntoView();
}

/** Whether a tab is the one that is open. */
export function isOpen(name) {
  return !document.getElementById(`panel-${name}`).hidden;
}

/** An address that is no tab's, as that of the link past the tabs, leaves open what is. */
function open(asked, opened) {
  const next = tabs.find((tab) => nameOf(tab) === asked) ?? tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
  const name = nameOf(next);
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
  opened(name);
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
