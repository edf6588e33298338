const STEPS = new Map([
  ["ArrowUp", -1],
  ["ArrowDown", 1],
]);

/**
 * Lets people walk through the messages with the arrow keys. Only the message that has the focus lets the tab key into
 * its buttons.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} list
 */
export function walkByKeys(scroller, list) {
  scroller.addEventListener("keydown", (event) => {
    const step = STEPS.get(event.key);
    if (step === undefined) return;
    const messages = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".message")]);
    const from = event.target instanceof Element ? event.target.closest(".message") : null;
    const at = messages.indexOf(/** @type {HTMLElement} */ (from));
    const next = at === -1 ? messages.at(-1) : messages[at + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  for (const [event, tabIndex] of /** @type {const} */ ([
    ["focusin", 0],
    ["focusout", -1],
  ])) {
    list.addEventListener(event, ({ target }) => {
      const message = target instanceof Element ? target.closest(".message") : null;
      for (const button of message?.querySelectorAll(".message-tools button, .gif-mark") ?? []) {
        /** @type {HTMLElement} */ (button).tabIndex = tabIndex;
      }
    });
  }
}
