// The service, as the page calls it.

import { connected } from "./say.js";

const LONGEST_PAUSE = 8; // seconds between two tries to reach the studio

/** What the studio would not do: its sentence, the status, and when to ask again. */
export class Refused extends Error {
  constructor(sentence, status = 0, seconds = null) {
    super(sentence);
    this.status = status;
    this.seconds = seconds;
  }
}

/** What is at an address; asked for until there is an answer. */
export function get(path) {
  return answered(path, {}, true);
}

/** Ask for a job. With `wait`, in seconds, the answer may come with its results. */
export function submit(verb, form, wait = 0) {
  const options = { method: "POST", body: form, headers: { accept: "application/json" } };
  // Twice asked is twice done, and training takes half an hour.
  return answered(`/v1/${verb}${wait ? `?wait=${wait}` : ""}`, options, verb !== "train");
}

/** Stop a job; what paints and trains keeps what it has. */
export function cancel(id) {
  return answered(`/v1/jobs/${id}/cancel`, { method: "POST" }, true);
}

/** Stop a job and forget it. Whether that succeeds changes nothing for us: it would be forgotten anyway. */
export function forget(id) {
  return fetch(`/v1/jobs/${id}`, { method: "DELETE", keepalive: true }).catch(() => null);
}

/** The address of a job's result in a format. */
export function resultIn(result, format, quality) {
  const asked = new URLSearchParams({ format });
  if (format !== "png") {
    asked.set("quality", quality);
  }
  return `${result.url}?${asked}`;
}

/** Wait. */
export function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

async function answered(path, options, again) {
  for (let seconds = 1; ; seconds = Math.min(2 * seconds, LONGEST_PAUSE)) {
    try {
      const response = await fetch(path, options);
      connected(true);
      return await read(response);
    } catch (error) {
      if (!(error instanceof TypeError)) {
        throw error; // the studio answered
      }
      connected(false);
      if (!again) {
        throw new Refused("the studio did not answer: see below whether it has begun, and try again");
      }
      await pause(seconds);
    }
  }
}

async function read(response) {
  if (response.status === 204) {
    return null;
  }
  let said = null;
  try {
    said = await response.json();
  } catch {
    throw new Refused(`the studio answered with status ${response.status}`, response.status);
  }
  if (!response.ok) {
    const seconds = Number(response.headers.get("retry-after")) || null;
    throw new Refused(said.error ?? `status ${response.status}`, response.status, seconds);
  }
  return said;
}
