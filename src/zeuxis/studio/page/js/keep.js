// What this browser keeps, so that a page that is opened again has the files of what goes on.

const PLACE = "kept";

/** Keep a value under a name, in place of the one before; where a browser keeps nothing, it is not kept. */
export function keep(name, value) {
  return asked("readwrite", (store) => store.put(value, name));
}

/** What is kept under a name; null if there is nothing. */
export async function kept(name) {
  return (await asked("readonly", (store) => store.get(name))) ?? null;
}

async function asked(mode, ask) {
  try {
    const opening = indexedDB.open("zeuxis-studio");
    opening.onupgradeneeded = () => opening.result.createObjectStore(PLACE);
    const base = await answer(opening);
    return await answer(ask(base.transaction(PLACE, mode).objectStore(PLACE))).finally(() => base.close());
  } catch {
    return null;
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
