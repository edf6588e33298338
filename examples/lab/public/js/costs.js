import { find, sayBytes } from "./dom.js";

/** What each technique has cost, in one table. */
export class Costs {
  #panels;

  /** @param {readonly import("./panel.js").Panel[]} panels */
  constructor(panels) {
    this.#panels = panels;
  }

  show() {
    const most = Math.max(...this.#panels.map(({ bytes }) => bytes), 1);
    for (const { technique, bytes, bytesEach, requests } of this.#panels) {
      const row = find(`#cost-${technique}`, HTMLElement);
      find("rect", SVGRectElement, row).setAttribute("width", `${((bytes / most) * 100).toFixed(1)}%`);
      find(".cost-total span", HTMLElement, row).textContent = sayBytes(bytes);
      find(".cost-each", HTMLElement, row).textContent = bytesEach === undefined ? "–" : sayBytes(bytesEach);
      find(".cost-requests", HTMLElement, row).textContent = String(requests);
    }
  }
}
