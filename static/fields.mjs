// @ts-check
/** Forms that Python draws: what is in them goes to Python, and the focus to the field that asks for it. */

/** @typedef {{ wrong: HTMLElement | null, wanted: HTMLElement[], attempts: string }} Calling */

export class Fields {
  #intent;

  /** @param {(name: string, more: object) => void} intent */
  constructor(intent) {
    this.#intent = intent;
    document.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("input", ({ target }) => {
      const form = target instanceof Element && target.closest("form[data-action=form]");
      if (form instanceof HTMLFormElement) intent("form-typed", { fields: valuesOf(form) });
    });
  }

  /** Each name with all its values. @param {SubmitEvent} event */
  #submitted(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.action) return;
    event.preventDefault();
    const { action, attempts: _, ...details } = form.dataset;
    this.#intent(action, { ...details, fields: valuesOf(form) });
  }

  /** @returns {Calling} the first field that must be filled in differently, and those that were asked for */
  get calling() {
    /** @type {HTMLElement | null} */
    const wrong = document.querySelector("[aria-invalid=true]");
    return {
      // Of a group, what can have the focus.
      wrong: wrong?.matches("fieldset") ? (wrong.querySelector("input:checked") ?? wrong.querySelector("input")) : wrong,
      wanted: [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-focus]"))],
      attempts: /** @type {HTMLElement | null} */ (document.querySelector("[data-attempts]"))?.dataset.attempts ?? "",
    };
  }

  /**
   * Moves the focus to what calls and did not before, also when the same was wrong the last time.
   * @param {Calling} before
   */
  answer(before) {
    const { wrong, wanted, attempts } = this.calling;
    if (wrong && (!before.wrong || attempts > before.attempts)) wrong.focus();
    else wanted.find((element) => !before.wanted.includes(element))?.focus();
  }
}

/** @param {HTMLFormElement} form */
function valuesOf(form) {
  const data = new FormData(form);
  return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
}
