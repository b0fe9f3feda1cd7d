// @ts-check
/**
 * Applies Python's edits to the document. Nothing is parsed: an edit names an element and attributes, and both must be
 * on the lists below; strings become text nodes. This is the one place where an address's scheme is checked.
 */

/**
 * @typedef {[id: number, text: string]} TextTree
 * @typedef {[id: number, tag: string, attributes: Record<string, string>, children: Tree[]]} ElementTree
 * @typedef {TextTree | ElementTree} Tree
 * @typedef {any[]} Edit as described in docs/architecture.md
 */

const ELEMENTS = new Set(
  (
    "a article bdi br button code div em fieldset form h1 h2 i img input label legend li ol option p pre progress section " +
    "select span strong svg textarea time ul use"
  ).split(" "),
);
const SVG_ELEMENTS = new Set(["svg", "use"]);
const SVG = "http://www.w3.org/2000/svg";
const ATTRIBUTES = new Set(
  (
    "alt autocomplete checked class datetime dir disabled download for height hidden href id inputmode lang max maxlength " +
    "name novalidate placeholder required role rows selected src tabindex type value viewBox width"
  ).split(" "),
);
const INPUTS = new Set(["checkbox", "email", "radio", "text"]);
const LINK_SCHEMES = new Set(["https:", "http:", "mailto:", "tel:"]);

/** Addresses of files that the visitor chose: the only `blob:` there can be. They are good until the frame goes. */
const ownFiles = new Set();

/**
 * @param {Blob} file
 * @returns {string} an address that an image may show
 */
export function addressOf(file) {
  const address = URL.createObjectURL(file);
  ownFiles.add(address);
  return address;
}

/**
 * @param {string} value
 * @returns {URL | undefined}
 */
function parsed(value) {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

/** @param {string} value */
function isLink(value) {
  const url = parsed(value);
  return url !== undefined && LINK_SCHEMES.has(url.protocol);
}

/** @param {string} value An image without encryption is for a page without encryption: local development. */
function isImage(value) {
  const url = parsed(value);
  if (url === undefined) return false;
  if (url.protocol === "http:") return location.protocol === "http:";
  return url.protocol === "https:" || ownFiles.has(value);
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} value
 */
function isAllowed(tag, name, value) {
  if (name === "href") return tag === "use" ? /^#[\w-]+$/.test(value) : tag === "a" && isLink(value);
  if (name === "src") return tag === "img" && isImage(value);
  if (name === "id" || name === "for") return value.startsWith("field-"); // the others are the frame's own
  if (name === "type" && tag === "input") return INPUTS.has(value);
  return ATTRIBUTES.has(name) || /^(aria|data)-[a-z-]+$/.test(name);
}

export class Nodes {
  /** @type {Map<number, Node>} */
  #nodes = new Map();
  /** @type {WeakMap<Node, number>} */
  #ids = new WeakMap();
  #times;

  /**
   * @param {ParentNode} root its fixed places carry their numbers in `data-place`
   * @param {(element: HTMLTimeElement) => void} writeTime fills a `time` from its attributes
   */
  constructor(root, writeTime) {
    this.#times = writeTime;
    for (const place of root.querySelectorAll("[data-place]")) {
      this.#nodes.set(Number(place.getAttribute("data-place")), place);
    }
  }

  /**
   * Python renders everything: what stood in the places before it was there goes.
   * @param {number[]} places
   */
  clear(places) {
    for (const place of places) this.#element(place).replaceChildren();
  }

  /** @param {Edit[]} edits */
  apply(edits) {
    for (const edit of edits) this.#apply(edit);
  }

  /** @param {Edit} edit */
  #apply([kind, ...rest]) {
    if (kind === "insert") {
      const [parent, before, tree] = rest;
      this.#element(parent).insertBefore(this.build(tree), this.#before(before));
    } else if (kind === "move") {
      const [parent, before, id] = rest;
      this.#element(parent).insertBefore(this.#node(id), this.#before(before));
    } else if (kind === "remove") {
      this.#remove(rest[0]);
    } else if (kind === "text") {
      this.#node(rest[0]).nodeValue = rest[1];
    } else if (kind === "set") {
      this.#set(this.#element(rest[0]), rest[1], rest[2]);
    } else if (kind === "unset") {
      this.#element(rest[0]).removeAttribute(rest[1]);
    } else {
      throw new Error(`There is no edit "${kind}".`);
    }
  }

  /**
   * @param {Tree} tree
   * @returns {Node}
   */
  build(tree) {
    const [id, tag] = tree;
    /** @type {Node} */
    let node;
    if (tree.length === 2) {
      node = document.createTextNode(tag);
    } else {
      if (!ELEMENTS.has(tag)) throw new Error(`The element "${tag}" is not on the list.`);
      const element = SVG_ELEMENTS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
      for (const [name, value] of Object.entries(tree[2])) this.#set(element, name, value);
      element.append(...tree[3].map((child) => this.build(child)));
      if (element instanceof HTMLAnchorElement) {
        element.target = "leaves" in element.dataset ? "_top" : "_blank";
        element.rel = "noopener noreferrer nofollow ugc";
      } else if (element instanceof HTMLImageElement) {
        element.referrerPolicy = "no-referrer";
        element.decoding = "async";
        element.addEventListener("error", () => element.setAttribute("data-broken", ""), { once: true });
      }
      node = element;
    }
    this.#nodes.set(id, node);
    this.#ids.set(node, id);
    return node;
  }

  /** @param {Element} element @param {string} name @param {string} value */
  #set(element, name, value) {
    if (!isAllowed(element.localName, name, value)) {
      if (name === "href" || name === "src") return element.removeAttribute(name);
      throw new Error(`The attribute "${name}" is not on the list.`);
    }
    element.setAttribute(name, value);
    if (element instanceof HTMLTimeElement) this.#times(element);
  }

  /** @param {number} id */
  #remove(id) {
    const node = this.#node(id);
    node.parentNode?.removeChild(node);
    this.#forget(node);
  }

  /** @param {Node} node */
  #forget(node) {
    const id = this.#ids.get(node);
    if (id !== undefined && this.#nodes.get(id) === node) this.#nodes.delete(id);
    for (const child of node.childNodes) this.#forget(child);
  }

  /** @param {number} id */
  #node(id) {
    const node = this.#nodes.get(id);
    if (!node) throw new Error(`There is no node ${id}.`);
    return node;
  }

  /** @param {number} id */
  #element(id) {
    return /** @type {Element} */ (this.#node(id));
  }

  /** @param {number} id */
  #before(id) {
    return id === 0 ? null : this.#node(id);
  }
}
