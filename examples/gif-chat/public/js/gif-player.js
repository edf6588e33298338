import { say } from "./i18n.js";

/** It plays a little before it comes into view. */
const AHEAD_PX = 150;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
/** @type {WeakMap<Element, GifPlayer>} */
const players = new WeakMap();
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) players.get(target)?.setSeen(isIntersecting);
  },
  { rootMargin: `${AHEAD_PX}px` },
);

/**
 * Plays a GIF only while it is seen; otherwise its first frame stands still, and costs nothing. For people who want less
 * motion it stands still until they ask for it.
 */
export class GifPlayer {
  #box;
  #image;
  #button;
  #still = document.createElement("canvas");
  #isLoaded = false;
  #isSeen = true;
  #isPaused = calm.matches;

  /**
   * @param {HTMLElement} box around the image; `data-playing` on it says whether it moves
   * @param {HTMLImageElement} image
   * @param {HTMLButtonElement} [button] pauses it and plays it on
   */
  constructor(box, image, button) {
    this.#box = box;
    this.#image = image;
    this.#button = button;
    this.#still.hidden = true;
    image.after(this.#still);
    image.addEventListener("load", () => {
      this.#isLoaded = true;
      this.#show();
    });
    button?.addEventListener("click", () => {
      this.#isPaused = !this.#isPaused;
      this.#show();
    });
    players.set(box, this);
    observer.observe(box);
    this.#show();
  }

  /** @param {boolean} isSeen */
  setSeen(isSeen) {
    this.#isSeen = isSeen;
    this.#show();
  }

  #show() {
    if (this.#button !== undefined) {
      say(this.#button, this.#isPaused ? "playGif" : "pauseGif", undefined, "tLabel");
      this.#button.classList.toggle("gif-paused", this.#isPaused);
    }
    // Until there is a first frame, there is nothing to stand still.
    const isPlaying = !this.#isLoaded || (this.#isSeen && !this.#isPaused);
    this.#box.dataset.playing = String(isPlaying);
    if (!isPlaying && this.#still.width !== this.#image.naturalWidth) this.#drawStill();
    this.#still.hidden = isPlaying;
    this.#image.hidden = !isPlaying;
  }

  /** A canvas takes the first frame of an animated image: HTML standard, "drawing images". */
  #drawStill() {
    this.#still.width = this.#image.naturalWidth;
    this.#still.height = this.#image.naturalHeight;
    this.#still.getContext("2d")?.drawImage(this.#image, 0, 0);
  }
}
