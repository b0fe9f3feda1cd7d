// @ts-check
/**
 * What floats over the page gives way to what has the focus in it (WCAG 2.4.11): the message beside the launcher goes,
 * its count stays; the open panel moves to the other corner while that is enough to show it, else it closes.
 */

/** Pixels by which what has the focus may stand out and still not be seen. */
const HARDLY = 2;
/** Pixels to the window's edge in the other corner. */
const GAP = 24;

/**
 * @param {import("./page.mjs").Embed} embed
 * @param {AbortSignal} signal
 */
export function stepAside(embed, signal) {
  const { element, root, frame } = embed;

  const look = () => {
    frame.style.translate = "";
    const focused = document.activeElement;
    if (!focused || focused === document.body || focused === element) return;
    const preview = /** @type {HTMLElement | null} */ (root.querySelector(".preview"));
    if (preview?.checkVisibility() && covers(preview, focused)) preview.hidden = true;
    if (!element.hasAttribute("data-open") || !covers(frame, focused)) return;
    const { left, right } = frame.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const isOnTheRight = left + right > room;
    frame.style.translate = `${isOnTheRight ? GAP - left : room - GAP - right}px`;
    if (covers(frame, focused)) embed.close();
    if (covers(frame, focused) || !element.hasAttribute("data-open")) frame.style.translate = "";
  };
  // The browser scrolls to what gets the focus, and shows what has come, before the next frame.
  const soon = () => void requestAnimationFrame(look);
  document.addEventListener("focusin", soon, { signal });
  addEventListener("blur", soon, { signal }); // all that is heard of it when the focus goes into the frame
  element.addEventListener("chatwheel:unread", soon, { signal });
  element.addEventListener("chatwheel:open", soon, { signal });
  frame.addEventListener("transitionend", look); // as it opens it is smaller
  signal.addEventListener("abort", () => (frame.style.translate = ""));
}

/**
 * Whether nothing of an element can be seen for what lies over it.
 * @param {Element} cover
 * @param {Element} element
 */
function covers(cover, element) {
  const over = cover.getBoundingClientRect();
  const under = element.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.max(0, under.left);
  const top = Math.max(0, under.top);
  const right = Math.min(clientWidth, under.right);
  const bottom = Math.min(clientHeight, under.bottom);
  if (right <= left || bottom <= top) return false; // out of the window: it is not we who hide it
  return (
    left >= over.left - HARDLY && right <= over.right + HARDLY && top >= over.top - HARDLY && bottom <= over.bottom + HARDLY
  );
}
