import { h, icon } from "./dom.js";
import { say } from "./i18n.js";

/**
 * Files that are dropped on the page, or pasted into it, go to the composer.
 * @param {(file: File) => void} choose
 * @returns {{ curtain: HTMLElement, stop: () => void }} the curtain that is drawn while a file is over the page
 */
export function takeFiles(choose) {
  const label = h("p");
  say(label, "dropHere");
  const curtain = h("div", { class: "curtain", hidden: true, "aria-hidden": "true" }, icon("gif"), label);
  const stop = new AbortController();
  const { signal } = stop;
  // Every element that is crossed sends an enter and a leave; only the balance says whether the file is still here.
  let depth = 0;
  /** @param {number} change */
  const count = (change) => {
    depth = Math.max(0, depth + change);
    curtain.hidden = depth === 0;
  };

  addEventListener("dragenter", (event) => hasFile(event) && count(1), { signal });
  addEventListener("dragleave", (event) => hasFile(event) && count(-1), { signal });
  addEventListener("dragover", (event) => hasFile(event) && event.preventDefault(), { signal });
  addEventListener(
    "drop",
    (event) => {
      count(-depth);
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault(); // or the browser would leave for the file
      choose(file);
    },
    { signal },
  );
  addEventListener(
    "paste",
    (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      const file = files.find(({ type }) => type === "image/gif") ?? files[0];
      if (file === undefined) return;
      event.preventDefault();
      choose(file);
    },
    { signal },
  );
  return { curtain, stop: () => stop.abort() };
}

/** @param {DragEvent} event */
function hasFile(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
