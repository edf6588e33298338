import multer from "multer";
import { parseGif } from "./gif.js";
import { ChatRefusal } from "./refusal.js";

/**
 * `POST /rooms/:room/gifs/:key`, a form with the file `gif` and the fields `text` and `replyTo`. The answer is the message as it
 * stands in the room. The same key again gives the same message, so that a page may repeat an upload of which it
 * never saw the answer.
 *
 * @param {import("express").Router} app
 * @param {{
 *   chat: import("./chat.js").Chat,
 *   people: import("./people.js").People,
 *   limits: import("./limits.js").ChatLimits,
 * }} parts
 */
export function serveUploads(app, { chat, people, limits }) {
  const form = multer({
    storage: multer.memoryStorage(),
    // Four bytes is the longest code point in UTF-8.
    limits: { fileSize: limits.gifBytes, files: 1, fields: 2, parts: 3, fieldSize: 4 * limits.messageLength },
  }).single("gif");
  let running = 0;

  app.post("/rooms/:room/gifs/:key", async (request, response) => {
    const person = people.recognise(request);
    if (person === undefined) throw new ChatRefusal("noSession");
    const { room, key } = request.params;
    const known = chat.mayShow(person, room, key);
    if (known !== undefined) return void response.json({ ok: true, message: known });

    if (running >= limits.uploadsAtOnce) throw new ChatRefusal("busy");
    running++;
    const tooSlow = setTimeout(() => request.destroy(), limits.uploadMs);
    try {
      await new Promise((resolve, reject) => {
        form(request, response, (error) => (error ? reject(refusal(error)) : resolve(undefined)));
      });
      if (request.file === undefined) throw new ChatRefusal("badRequest");
      const gif = parseGif(request.file.buffer, limits);
      const message = await chat.show(person, room, {
        key,
        text: request.body.text ?? "",
        replyTo: request.body.replyTo,
        gif,
      });
      response.json({ ok: true, message });
    } finally {
      clearTimeout(tooSlow);
      running--;
    }
  });
}

/** @param {unknown} error of multer or of the connection */
function refusal(error) {
  const code = error instanceof multer.MulterError ? error.code : undefined;
  if (code === "LIMIT_FILE_SIZE") return new ChatRefusal("gifTooLarge");
  if (code === "LIMIT_FIELD_VALUE") return new ChatRefusal("messageTooLong");
  return new ChatRefusal("badRequest");
}
