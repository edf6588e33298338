import { compareClocks, now } from "./clock.js";
import { Costs } from "./costs.js";
import { find } from "./dom.js";
import { say, switchLanguage } from "./i18n.js";
import { Panel } from "./panel.js";
import { startPolling } from "./techniques/polling.js";
import { startSocketIo } from "./techniques/socketio.js";
import { startSse } from "./techniques/sse.js";
import { startWebSocket } from "./techniques/websocket.js";

/**
 * @typedef {import("../../types.d.ts").ToPage} ToPage
 * @typedef {import("../../types.d.ts").ToSite} ToSite
 * @typedef {import("../../types.d.ts").DemoState} DemoState
 */

const HERE_MS = 30_000;
const FULL_RETRY_MS = 10_000;
/** How often the paper moves for people who want it calm. */
const CALM_MS = 1_000;

const base = document.documentElement.dataset.base ?? "";
const panels = [
  new Panel("polling", startPolling),
  new Panel("sse", startSse),
  new Panel("websocket", startWebSocket),
  new Panel("socketio", startSocketIo(["polling", "websocket"])),
  new Panel("socketio-websocket", startSocketIo(["websocket"])),
];
const costs = new Costs(panels);
const control = /** @type {import("./socket.d.ts").ClientSocket<ToPage, ToSite>} */ (
  io({ path: `${base}/control`, transports: ["websocket", "polling"], tryAllTransports: true })
);
const status = find("#status", HTMLElement);
const buttons = {
  cut: find("#cut", HTMLButtonElement),
  stop: find("#stop", HTMLButtonElement),
  block: find("#block", HTMLButtonElement),
  slow: find("#slow", HTMLButtonElement),
  proxy: find("#proxy", HTMLButtonElement),
};
let isIdle = false;
let latestVisit = "";
/** The visit whose server does not run yet. */
let waiting = "";
/** @type {DemoState | undefined} */
let latestDemo;

find("#language", HTMLButtonElement).addEventListener("click", switchLanguage);

control.on("visit", async (card) => {
  for (const name of /** @type {const} */ (["block", "slow", "proxy"])) press(buttons[name], false);
  latestDemo = card.demo;
  latestVisit = card.id;
  await compareClocks(() => new Promise((resolve) => control.emit("clock", resolve)));
  // The connection may have been lost meanwhile, and be there again.
  if (latestVisit !== card.id) return;
  waiting = card.id;
  showDemo();
});
control.on("wire", ({ marks, totals }) => {
  for (const panel of panels) {
    panel.count(totals[panel.technique]);
    for (const mark of marks) if (mark.technique === panel.technique) panel.show(mark);
  }
  costs.show();
  // Nothing is painted while nobody looks, but it has to be tidied up.
  if (document.hidden) for (const { timeline } of panels) timeline.move();
});
control.on("demo", (demo) => {
  latestDemo = demo;
  showDemo();
});
control.on("idle", () => {
  isIdle = true;
});
control.on("disconnect", () => {
  leave();
  showStatus(isIdle ? "idle" : "lost");
});
control.on("connect_error", ({ message }) => {
  if (message !== "full") {
    showStatus("lost");
    return;
  }
  showStatus("full");
  setTimeout(() => control.connect(), FULL_RETRY_MS);
});

for (const [name, button] of Object.entries(buttons)) {
  for (const event of ["pointerenter", "focus", "click"])
    button.addEventListener(event, () => showHint(name));
}
whenPressed(buttons.cut, () => control.emit("cut"));
whenPressed(buttons.stop, () => control.emit("stop"));
for (const name of /** @type {const} */ (["block", "slow", "proxy"])) {
  whenPressed(buttons[name], () => {
    press(buttons[name], !isPressed(buttons[name]));
    const wish = {
      blocked: isPressed(buttons.block),
      slow: isPressed(buttons.slow),
      proxied: isPressed(buttons.proxy),
    };
    control.emit("network", wish, () => {
      // Who one is, is said at the beginning of a connection.
      if (name === "proxy") for (const panel of panels) panel.connect();
    });
  });
}

let saidHere = now();
for (const event of ["pointerdown", "pointermove", "keydown", "scroll"]) {
  addEventListener(event, here, { passive: true });
}

function here() {
  if (isIdle) {
    isIdle = false;
    showStatus("connecting");
    control.connect();
  } else if (control.connected && now() - saidHere > HERE_MS) {
    saidHere = now();
    control.emit("here");
  }
}

function leave() {
  latestVisit = "";
  waiting = "";
  for (const button of Object.values(buttons)) enable(button, false);
  for (const panel of panels) panel.close();
}

function showDemo() {
  if (latestDemo === undefined) return;
  const isRunning = latestDemo.state === "running";
  showStatus(latestDemo.state);
  enable(buttons.stop, isRunning);
  for (const { timeline } of panels) timeline.outage(!isRunning);
  if (!isRunning || waiting === "") return;
  // The first start of a server is nobody's loss: begin when it is there.
  for (const panel of panels) panel.restart(`${base}/wire/${waiting}/${panel.technique}`);
  waiting = "";
  for (const button of Object.values(buttons)) enable(button, true);
}

/** @param {"connecting" | "running" | "starting" | "stopped" | "lost" | "full" | "idle"} state */
function showStatus(state) {
  status.dataset.state = state;
  say(status, `status.${state}`);
}

/** @param {string} name of an experiment */
function showHint(name) {
  for (const hint of document.querySelectorAll(".hints li")) {
    if (hint.id === `${name}-hint`) hint.setAttribute("data-current", "true");
    else hint.removeAttribute("data-current");
  }
}

/**
 * Keeps the focus where it is: a button that is `disabled` loses it.
 * @param {HTMLButtonElement} button
 * @param {boolean} isEnabled
 */
function enable(button, isEnabled) {
  button.setAttribute("aria-disabled", String(!isEnabled));
}

/**
 * @param {HTMLButtonElement} button
 * @param {() => void} act
 */
function whenPressed(button, act) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") act();
  });
}

/** @param {HTMLButtonElement} button */
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} isDown
 */
function press(button, isDown) {
  button.setAttribute("aria-pressed", String(isDown));
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
function move() {
  for (const { timeline } of panels) timeline.move();
  if (calm.matches) setTimeout(move, CALM_MS);
  else requestAnimationFrame(move);
}
move();
