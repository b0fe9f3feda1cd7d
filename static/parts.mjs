// @ts-check
/** Small parts of which the stage makes what Python does not draw. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {{ text?: string, name?: string }} [more] what it says, and its class
 */
export function element(tag, { text = "", name = "" } = {}) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

/** A symbol of `frame.html`. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 24 24");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button that shows a symbol and says a word.
 * @param {string} symbol
 * @param {string} label
 * @param {() => void} press
 */
export function iconButton(symbol, label, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.setAttribute("aria-label", label);
  button.append(icon(symbol));
  button.addEventListener("click", press);
  return button;
}
