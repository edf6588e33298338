/**
 * Makes an element. Attributes are set as they are written, `on…` functions listen, `say` and `label` are keys of
 * sentences. Text only ever becomes text: nothing here parses HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | ((event: Event) => void) | undefined>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...SVGElement} children
 */
export function svg(tag, attributes, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

const ICONS = {
  back: "M14.5 5.5 8 12l6.5 6.5",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6.5 11h11a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11z",
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  plus: "M12 5v14M5 12h14",
  people:
    "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.9a3.5 3.5 0 0 1 0 6.2M18 14.2a6.5 6.5 0 0 1 3.5 5.3",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.200 1.200M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.200-1.200",
  reply: "M9.500 7 4.500 12l5 5M5 12h9a5.500 5.500 0 0 1 5.500 5.500v1",
  trash: "M4.500 7h15M9.500 7V4.500h5V7M6.500 7l.8 12.500h9.400L17.500 7M10.300 10.800v5M13.700 10.800v5",
  door: "M13.500 4.500H7A1.500 1.500 0 0 0 5.500 6v12A1.500 1.500 0 0 0 7 19.500h6.500M10.500 12h10M17 8.500 20.500 12 17 15.500",
  upload:
    "M12 15.500V5M7.500 9.500 12 5l4.500 4.500M5 15.500v2A1.500 1.500 0 0 0 6.500 19h11a1.500 1.500 0 0 0 1.500-1.500v-2",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 14.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600z",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.300 15.300 20 20",
  crown: "M4 17.500 3 8l5 3.500L12 5l4 6.500L21 8l-1 9.500z",
  down: "M12 5v14M5.500 12.500 12 19l6.500-6.500",
  gif: "M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v11a2.500 2.500 0 0 1-2.500 2.500h-11A2.500 2.500 0 0 1 4 17.500zM10 10.200a2 2 0 1 0 0 3.600v-1.600H9M13 9.700v4.600M15.500 14.300V9.700h2.300M15.500 12h1.900",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 */
export function find(selector, type) {
  const element = document.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`no ${selector} in the page`);
  return element;
}

/**
 * Tells people who listen to the page instead of looking at it.
 * @param {string} sentence
 */
export function announce(sentence) {
  find("#announcer", HTMLElement).textContent = sentence;
}
