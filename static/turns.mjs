// @ts-check
/**
 * One drawing a frame: the next waits until the browser has shown the one before, so that none holds up the page for
 * long. What was said behind a drawing waits with it.
 */

export class Turns {
  /** @type {(() => void)[]} */
  #waiting = [];
  /** The drawing that is not shown yet. @type {object | undefined} */
  #drawing;

  /** @param {() => () => void} draw gives back what is to be called in the frame in which it is laid out */
  draw(draw) {
    if (this.#drawing) return void this.#waiting.push(() => this.draw(draw));
    const drawing = (this.#drawing = {});
    const laidOut = draw();
    afterFrame(() => {
      if (this.#drawing !== drawing) return;
      laidOut();
      // Behind the painting: a frame's callbacks come before it.
      if (this.#waiting.length) setTimeout(() => this.#next(drawing));
      else this.#drawing = undefined;
    });
  }

  /** At once, or behind the drawings that wait. @param {() => void} act */
  act(act) {
    if (this.#waiting.length) this.#waiting.push(act);
    else act();
  }

  /** Who draws is gone: nothing that waits happens any more. */
  clear() {
    this.#drawing = undefined;
    this.#waiting.length = 0;
  }

  /** @param {object} drawing */
  #next(drawing) {
    if (this.#drawing !== drawing) return;
    this.#drawing = undefined;
    while (!this.#drawing && this.#waiting.length) this.#waiting.shift()?.();
  }
}

/** A page in the background has no frames. @param {() => void} done */
function afterFrame(done) {
  if (document.visibilityState === "visible") requestAnimationFrame(() => done());
  else setTimeout(done, 50);
}
