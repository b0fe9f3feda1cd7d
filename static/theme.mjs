// @ts-check
/** The colour of text on the owner's accent: whichever of black and white can be read better (WCAG 2.2, 1.4.3). */

/**
 * @param {string} color anything that CSS takes for a colour
 * @returns {string}
 */
export function colorOn(color) {
  const [red, green, blue] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? "#16161a" : "#ffffff";
}

/**
 * Any colour of CSS as red, green and blue: what the browser paints.
 * @param {string} color
 */
function channels(color) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (!context) return [0, 0, 0];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
