// @ts-check
/**
 * The owner's accent, made readable (WCAG 2.2, 1.4.3: text has a contrast of 4.5 with what is behind it). The accent
 * itself stays as it is; the text on it, and text that has its colour, follow.
 */

/** @typedef {[red: number, green: number, blue: number]} Rgb 0 to 255 */

const ENOUGH = 4.5;
/** @type {Rgb} */
const WHITE = [255, 255, 255];
/** @type {Rgb} */
const BLACK = [0, 0, 0];
/** @type {Rgb} softer than black, where it will do */
const INK = [22, 22, 26];
/** What text stands on, besides the accent: `--surface` and `--raised` of theme.css. @type {Record<"light" | "dark", Rgb[]>} */
const GROUNDS = { light: [WHITE, [243, 243, 247]], dark: [[26, 26, 31], [42, 42, 50]] };
const STEPS = 50;

/**
 * @param {Rgb} accent
 * @returns {{ on: Rgb, away: Rgb, light: Rgb, dark: Rgb }} text on the accent; what the accent may be mixed with and
 *   keep that text readable; text in the accent's colour on a light and on a dark surface
 */
export function palette(accent) {
  const on = [INK, WHITE, BLACK].sort((one, other) => rank(other, accent) - rank(one, accent))[0];
  return {
    on,
    away: on === WHITE ? BLACK : WHITE,
    light: readable(accent, GROUNDS.light, BLACK),
    dark: readable(accent, GROUNDS.dark, WHITE),
  };
}

/** White first where it is enough, then ink, then black, which always is where white is not. @param {Rgb} text @param {Rgb} ground */
function rank(text, ground) {
  const reached = contrast(text, ground);
  if (reached < ENOUGH) return reached;
  return ENOUGH + [BLACK, INK, WHITE].indexOf(text);
}

/**
 * The nearest to a colour that can be read on all the grounds.
 * @param {Rgb} color
 * @param {Rgb[]} grounds
 * @param {Rgb} end where to go for more contrast
 * @returns {Rgb}
 */
function readable(color, grounds, end) {
  for (let step = 0; step < STEPS; step += 1) {
    const share = step / STEPS;
    const mixed = /** @type {Rgb} */ (color.map((value, index) => Math.round(value + (end[index] - value) * share)));
    if (grounds.every((ground) => contrast(mixed, ground) >= ENOUGH)) return mixed;
  }
  return end;
}

/** WCAG's contrast ratio, 1 to 21. @param {Rgb} one @param {Rgb} other */
export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** @param {Rgb} color */
function luminance(color) {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The custom properties of theme.css that follow from the owner's look.
 * @param {{ accent?: string, font?: string }} look
 * @returns {[name: string, value: string][]}
 */
export function properties({ accent, font }) {
  /** @type {[string, string][]} */
  const found = [];
  if (accent && CSS.supports("color", accent)) {
    const painted = channels(accent);
    const { on, away, light, dark } = palette(painted);
    found.push(
      ["--chatwheel-accent", css(painted)],
      ["--chatwheel-on-accent", css(on)],
      ["--accent-away", css(away)],
      ["--link", `light-dark(${css(light)}, ${css(dark)})`],
    );
  }
  if (font && CSS.supports("font-family", font)) found.push(["--font", font]);
  return found;
}

/** @param {Rgb} color */
function css(color) {
  return `rgb(${color.join(" ")})`;
}

/**
 * Any colour of CSS as the browser paints it, on white where one can see through it.
 * @param {string} color
 * @returns {Rgb}
 */
function channels(color) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (!context) return BLACK;
  for (const layer of ["#fff", color]) {
    context.fillStyle = layer;
    context.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
