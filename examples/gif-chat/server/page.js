import { readFileSync } from "node:fs";

/** @typedef {"lab" | "auction"} Neighbour */

const PAGE = new URL("../public/index.html", import.meta.url);
const NAMES = { lab: { en: "Lab", ko: "실험실" }, auction: { en: "Auction", ko: "경매" } };

const WATCH_PAGE = new URL("pages/watch.html", import.meta.url);
const WATCH = {
  en: {
    watchTitle: "Watching",
    enter: "Go in",
    live: "Live",
    lost: "The line is cut. It comes back by itself.",
    refused: "This room is gone, or it has a password and you are not in it.",
    closed: "The room is closed.",
    deleted: "This message was deleted",
    quotedGone: "The message that this answered is gone",
    gif: "GIF",
    empty: "Nobody said anything yet",
    messages: "Messages",
  },
  ko: {
    watchTitle: "구경하는 중",
    enter: "들어가기",
    live: "실시간",
    lost: "연결이 끊겼어요. 저절로 다시 이어져요.",
    refused: "방이 사라졌거나, 비밀번호가 있는 방인데 안에 있지 않아요.",
    closed: "방이 닫혔어요.",
    deleted: "지워진 메시지예요",
    quotedGone: "답장한 메시지가 사라졌어요",
    gif: "움짤",
    empty: "아직 아무 말이 없어요",
    messages: "메시지",
  },
};

/**
 * The page that watches a room: plain HTML and `EventSource`. Its sentences stand in it as `{name}`.
 * @returns {Record<"en" | "ko", string>}
 */
export function renderWatchPage() {
  const page = readFileSync(WATCH_PAGE, "utf8");
  /** @param {"en" | "ko"} language */
  const render = (language) => {
    const words = new Map(Object.entries(WATCH[language]));
    return page
      .replace('<html lang="en"', `<html lang="${language}"`)
      .replace(/\{(\w+)\}/g, (whole, name) => words.get(name) ?? whole);
  };
  return { en: render("en"), ko: render("ko") };
}

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
