import { announce, h, icon } from "./dom.js";
import { say, t } from "./i18n.js";

const DONE_MS = 1_200;

/**
 * The head of a room: the way back, the title, the link, and on a phone the button for who is here.
 * @param {HTMLElement} title
 * @param {(open: boolean) => void} showPeople
 */
export function roomHead(title, showPeople) {
  const back = h("a", { class: "round", href: "/", "data-link": true, "data-tip": true }, icon("back"));
  say(back, "back", undefined, "tLabel");
  const watch = h(
    "a",
    { class: "round", href: `${location.pathname}/watch`, target: "_blank", "data-tip": true },
    icon("eye"),
  );
  say(watch, "watch", undefined, "tLabel");
  const number = h("span", { class: "people-number" });
  const toggle = h("button", {
    class: "round",
    id: "people-toggle",
    type: "button",
    "aria-expanded": "false",
    "aria-controls": "people",
  });
  toggle.append(icon("people"), number);
  say(toggle, "whoIsHere", undefined, "tLabel");
  const show = (/** @type {boolean} */ open) => {
    showPeople(open);
    toggle.setAttribute("aria-expanded", String(open));
  };
  toggle.addEventListener("click", () => show(toggle.getAttribute("aria-expanded") === "false"));
  return {
    element: h("div", { class: "room-head" }, back, title, watch, copyButton(), toggle),
    /** @param {number} count */
    setCount(count) {
      number.textContent = String(count);
      say(toggle, "showPeople", { count }, "tLabel");
    },
    /** Closes the list of people, where it is open over the conversation. */
    fold() {
      if (toggle.getAttribute("aria-expanded") === "false") return;
      show(false);
      toggle.focus();
    },
  };
}

function copyButton() {
  const copy = h("button", { class: "round", type: "button", "data-tip": true }, icon("link"));
  say(copy, "copyLink", undefined, "tLabel");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      // No leave to write, or a page without TLS, where there is no clipboard: people can copy it themselves.
      prompt(t("copyLink"), location.href);
      return;
    }
    copy.classList.add("round-done");
    setTimeout(() => copy.classList.remove("round-done"), DONE_MS);
    announce(t("linkCopied"));
  });
  return copy;
}
