// Jobs, followed until they are over.

import { Refused, forget, get, pause, submit } from "./api.js";
import { connected } from "./say.js";

const STREAMS = 3; // of the six connections that a browser has to one server
const SECONDS_BETWEEN = 1.5; // questions, where there is no stream
const SOON = 2; // seconds that an answer with results is waited for

let streams = 0;

/** Whether nothing will change any more. */
export function isOver(job) {
  return ["done", "failed", "cancelled"].includes(job.state);
}

/** Call `changed(job)` at each change, until the job is over; that job. */
export async function follow(job, changed) {
  let last = job;
  changed(last);
  while (!isOver(last)) {
    const hear = (news) => {
      last = news;
      changed(news);
    };
    if (streams < STREAMS) {
      await streamed(job.id, hear);
    }
    if (!isOver(last)) {
      await pause(SECONDS_BETWEEN);
      hear(await get(`/v1/jobs/${job.id}`)); // which also says if the job is gone
    }
  }
  return last;
}

/** Where a job is, in a line. */
export function standing(job) {
  if (job.state === "queued") {
    return job.position > 1 ? `Waiting: number ${job.position} in line` : "Next in line";
  }
  if (job.state === "running") {
    const { text, seconds_left: left } = job.progress;
    return [text ? text.charAt(0).toUpperCase() + text.slice(1) : "Working", left === null ? "" : `${duration(left)} left`]
      .filter(Boolean)
      .join(" · ");
  }
  if (job.state === "failed") {
    return "It failed";
  }
  return job.state === "cancelled" ? "Stopped" : job.stopped_early ? "Stopped, and kept" : "Done";
}

/** Seconds as people say them. */
export function duration(seconds) {
  if (seconds < 90) {
    return `${Math.max(1, Math.round(seconds))} s`;
  }
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Does one job at a time: a newer question puts an older one away. */
export class Newest {
  /** `heard` is called with the job at each change, and with null when a question is sent. */
  constructor(verb, heard) {
    this.verb = verb;
    this.heard = heard;
    this.turn = 0;
    this.current = null;
  }

  /** The finished job of a form; null if something newer was asked meanwhile. */
  async ask(form) {
    const turn = this.#next();
    this.heard(null);
    let job = null;
    try {
      job = await submit(this.verb, form, SOON);
      if (turn !== this.turn) {
        forget(job.id);
        return null;
      }
      this.current = isOver(job) ? null : job.id;
      job = await follow(job, (news) => turn === this.turn && this.heard(news));
    } catch (error) {
      if (turn !== this.turn) {
        return null; // nobody waits for it any more
      }
      throw error;
    }
    if (turn !== this.turn) {
      return null;
    }
    this.current = null;
    if (job.state === "failed") {
      throw new Refused(job.error, 422);
    }
    return job.state === "done" ? job : null;
  }

  /** Put away what is being done. */
  drop() {
    this.#next();
  }

  #next() {
    if (this.current) {
      forget(this.current);
      this.current = null;
    }
    this.turn += 1;
    return this.turn;
  }
}

/** Resolves when the stream has ended, for whatever reason. */
function streamed(id, hear) {
  streams += 1;
  return new Promise((resolve) => {
    const source = new EventSource(`/v1/jobs/${id}/events`);
    source.addEventListener("open", () => connected(true));
    source.addEventListener("job", (event) => {
      const job = JSON.parse(event.data);
      hear(job);
      if (isOver(job)) {
        end();
      }
    });
    source.addEventListener("error", end); // what comes next is a question, which is asked until answered
    function end() {
      source.close();
      streams -= 1;
      resolve();
    }
  });
}
