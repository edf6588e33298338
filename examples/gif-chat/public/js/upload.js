const ANSWER_MS = 60_000;

/**
 * Posts a GIF. `fetch` cannot tell how much of a body is out, so this is an XMLHttpRequest.
 * @param {string} room
 * @param {{ key: string, text: string, replyTo: number | null, file: Blob }} post
 * @param {(percent: number) => void} progress
 * @returns {Promise<import("../../types.d.ts").Answer<{ message: import("../../types.d.ts").Message }> | { ok: false, code: "noAnswer" }>}
 */
export function upload(room, { key, text, replyTo, file }, progress) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("text", text);
    if (replyTo !== null) form.append("replyTo", String(replyTo));
    form.append("gif", file, "chosen.gif");
    const request = new XMLHttpRequest();
    request.open("POST", `/rooms/${room}/gifs/${key}`);
    request.responseType = "json";
    request.timeout = ANSWER_MS;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (total > 0) progress(Math.round((loaded / total) * 100));
    });
    const noAnswer = () => resolve({ ok: false, code: "noAnswer" });
    request.addEventListener("load", () => {
      if (typeof request.response?.ok === "boolean") resolve(request.response);
      else noAnswer();
    });
    for (const event of ["error", "abort", "timeout"]) request.addEventListener(event, noAnswer);
    request.send(form);
  });
}
