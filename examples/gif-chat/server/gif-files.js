import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ChatRefusal } from "./refusal.js";

const PREFIX = "/gifs/";

/**
 * The GIFs on the disk, one folder for each room. Names are random: 128 bits that only those who were in the room
 * have read, and nothing of the name that the sender's computer gave it.
 */
export class GifFiles {
  #folder;
  #max;
  #bytes = 0;

  /**
   * @param {string} folder
   * @param {number} max bytes of all rooms together; above it, `storageFull`
   */
  constructor(folder, max) {
    this.#folder = folder;
    this.#max = max;
  }

  get folder() {
    return this.#folder;
  }

  /**
   * @param {string} room
   * @param {Buffer} bytes
   * @returns {Promise<string>} its URL
   */
  async save(room, bytes) {
    if (this.#bytes + bytes.length > this.#max) throw new ChatRefusal("storageFull");
    this.#bytes += bytes.length;
    const name = `${randomBytes(16).toString("hex")}.gif`;
    try {
      await mkdir(join(this.#folder, room), { recursive: true });
      await writeFile(join(this.#folder, room, name), bytes, { flag: "wx" });
    } catch (error) {
      this.#bytes -= bytes.length;
      throw error;
    }
    return `${PREFIX}${room}/${name}`;
  }

  /**
   * Copies a GIF of another room, so that each goes with its own.
   * @param {import("../types.d.ts").Gif} gif
   * @param {string} room
   */
  async copy(gif, room) {
    return this.save(room, await readFile(this.#path(gif)));
  }

  /** @param {import("../types.d.ts").Gif} gif one of the chat's own is left alone */
  async remove(gif) {
    if (!gif.url.startsWith(PREFIX)) return;
    await rm(this.#path(gif), { force: true });
    this.#bytes -= gif.size;
  }

  /** @param {string} room */
  async removeRoom(room) {
    for (const file of await this.#files(room)) this.#bytes -= file.size;
    await rm(join(this.#folder, room), { recursive: true, force: true });
  }

  /**
   * At the start: counts what is there, and removes what no message shows. A kill between the file and its message
   * leaves such files.
   * @param {ReadonlySet<string>} shown URLs
   */
  async sweep(shown) {
    await mkdir(this.#folder, { recursive: true });
    this.#bytes = 0;
    for (const room of await readdir(this.#folder)) {
      let kept = 0;
      for (const file of await this.#files(room)) {
        if (shown.has(`${PREFIX}${room}/${file.name}`)) {
          this.#bytes += file.size;
          kept++;
        } else {
          await rm(join(this.#folder, room, file.name), { force: true });
        }
      }
      if (kept === 0) await rm(join(this.#folder, room), { recursive: true, force: true });
    }
  }

  /** @param {import("../types.d.ts").Gif} gif */
  #path(gif) {
    return join(this.#folder, gif.url.slice(PREFIX.length));
  }

  /** @param {string} room */
  async #files(room) {
    const names = await readdir(join(this.#folder, room)).catch(() => []);
    const sizes = names.map(async (name) => ({
      name,
      size: (await stat(join(this.#folder, room, name))).size,
    }));
    return Promise.all(sizes);
  }
}
