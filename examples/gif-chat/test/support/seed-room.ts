import { join } from "node:path";
import { limits } from "../../server/limits.js";
import { Store } from "../../server/store.js";

/** Puts a room with so many messages, "line 1" and on, into a data folder that no server uses. */
export async function seedRoom(dataDir: string, room: string, count: number): Promise<void> {
  const store = new Store(join(dataDir, "chat.lmdb"), limits);
  await store.putRoom({ id: room, title: "Old", max: 10, lock: null, madeAt: 0, owner: null, removed: [] });
  const from = { id: "seeder", name: "Sid", hue: 200 };
  for (let line = 1; line <= count; line++) {
    const text = `line ${line}`;
    await store.addMessage({ room, key: `key-${line}`, at: line, from, text, gif: null, replyTo: null });
  }
  await store.close();
}
