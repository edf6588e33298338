import { readFileSync } from "node:fs";

/** @typedef {"lab" | "auction"} Neighbour */

const PAGE = new URL("../public/index.html", import.meta.url);
const NAMES = { lab: { en: "Lab", ko: "실험실" }, auction: { en: "Auction", ko: "경매" } };

/**
 * The page of the chat, made once for each language. Its scripts read the address.
 * @param {readonly Neighbour[]} neighbours what the header leads to, beside the chat itself
 * @returns {Record<"en" | "ko", string>}
 */
export function renderPage(neighbours) {
  const page = readFileSync(PAGE, "utf8");
  /** @param {"en" | "ko"} language */
  const render = (language) => {
    const links = neighbours.map(
      (name) => `<a href="/${name}" data-t="${name}">${NAMES[name][language]}</a>`,
    );
    const neighbourhood =
      links.length === 0 ? "" : `<nav class="neighbours" data-t-label="neighbours">${links.join("")}</nav>`;
    return page
      .replace('<html lang="en"', `<html lang="${language}"`)
      .replace("<!-- neighbours -->", neighbourhood);
  };
  return { en: render("en"), ko: render("ko") };
}
