// @ts-check
/**
 * Starts Python before the stage is there, whose files take as long to arrive as Python's worker takes to be made. It
 * needs nothing that the host page or the visitor says: they are told to Python when it is up.
 */
import { stay } from "./forget.mjs";
import { startWorker } from "./worker.mjs";

/** embed.js names a frame so in which everything is to be deleted. */
const FORGETS = "#forget";

let leave = () => {};
/** When all that is kept is about to be deleted, from another tab: the worker is gone then. @type {Promise<void>} */
export const going = new Promise((resolve) => (leave = resolve));

/** @type {import("./worker.mjs").WorkerHandle | undefined} */
let worker;

/** Python's worker; none where nothing is to be started. */
export const begun = location.hash === FORGETS ? Promise.resolve(undefined) : begin();

async function begin() {
  let isGoing = false;
  void going.then(() => {
    isGoing = true;
    worker?.stop();
  });
  await stay(leave); // else what is started would be deleted
  await new Promise((resolve) => setTimeout(resolve)); // the page may have something to do between one thing and the next
  if (!isGoing) worker = startWorker();
  return worker;
}
