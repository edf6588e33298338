import { h } from "./dom.js";
import { say } from "./i18n.js";
import { errorValues } from "./session.js";

/**
 * @typedef {import("./i18n.js").Key} Key
 * @typedef {keyof typeof import("./words/en.js").en.error} Code
 */

let fields = 0;

/**
 * A form in front of the page. It stays open, with all that was typed, until its request was granted.
 * @param {{
 *   title: Key, text?: Key, values?: import("./i18n.js").Values, action: Key, cancel?: Key, fields: HTMLElement[],
 *   submit: () => Promise<{ ok: boolean, code?: Code }>, cancelled?: () => void,
 * }} options
 */
export function openDialog({ title, text, values, action, cancel = "cancel", fields, submit, cancelled }) {
  const heading = h("h2", { id: "dialog-title" });
  say(heading, title, values);
  const problem = h("p", { class: "problem", role: "alert" });
  const go = h("button", { class: "button button-main", type: "submit" });
  say(go, action);
  const stop = h("button", { class: "button", type: "button", onclick: () => dialog.close() });
  say(stop, cancel);
  const paragraph = text === undefined ? null : h("p", { class: "dialog-text" });
  if (paragraph !== null && text !== undefined) say(paragraph, text, values);

  let granted = false;
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    problem.replaceChildren();
    const answer = await submit();
    go.disabled = false;
    if (answer.ok) {
      granted = true;
      dialog.close();
    } else {
      say(problem, `error.${answer.code ?? "internal"}`, errorValues());
      form.querySelector("input")?.focus();
    }
  };
  const form = h("form", { onsubmit, novalidate: true }, heading, paragraph, ...fields, problem);
  form.append(h("div", { class: "dialog-buttons" }, stop, go));
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (!granted) cancelled?.();
  });
  // A press on the curtain, not on the form.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input")?.select();
  return dialog;
}

/**
 * @param {{ label: Key, name: string, value?: string, max?: number, hint?: Key, placeholder?: Key, optional?: boolean, type?: string }} options
 */
export function textField({
  label,
  name,
  value = "",
  max,
  hint,
  placeholder,
  optional = false,
  type = "text",
}) {
  const id = `field-${++fields}`;
  const input = h("input", { id, name, type, value, autocomplete: "off", spellcheck: "false" });
  // Twice the limit: pasting too much gives a sentence and keeps the text, instead of cutting it silently.
  if (max !== undefined) input.maxLength = max * 2;
  if (placeholder !== undefined) say(input, placeholder, undefined, "tPlaceholder");
  const caption = h("span");
  say(caption, label);
  const labelled = h("label", { for: id }, caption);
  if (optional) {
    const mark = h("small");
    say(mark, "optional");
    labelled.append(" ", mark);
  }
  const field = h("div", { class: "field" }, labelled, input);
  if (hint !== undefined) {
    const line = h("small", { class: "field-hint", id: `${id}-hint` });
    say(line, hint);
    input.setAttribute("aria-describedby", line.id);
    field.append(line);
  }
  return { field, input };
}
