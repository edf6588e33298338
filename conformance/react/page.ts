import { type ConnectionState, type Socket, useConnectionState, useEvent, useSocket } from "baro/react";
import {
  createElement,
  type ReactElement,
  StrictMode,
  Suspense,
  startTransition,
  useLayoutEffect,
  useState,
} from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { App } from "./app.ts";

// What a program does with the hooks, in a real page. Each scenario gives what the test looks at.

const CLOSE_DELAY = 200;

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function mount(element: ReactElement, strict = true) {
  const container = document.createElement("div");
  document.body.append(container);
  const root = createRoot(container);
  const render = (next: ReactElement) => root.render(strict ? createElement(StrictMode, null, next) : next);
  render(element);
  return { render, text: () => container.textContent, unmount: () => root.unmount() };
}

/** Shows the state of the shared socket, and hands the socket out. */
function Status({ name, seen }: { name: string; seen?: (socket: Socket) => void }) {
  const socket = useSocket({ auth: { who: "status" }, closeDelay: CLOSE_DELAY });
  seen?.(socket);
  return createElement("p", null, `${name} ${useConnectionState(socket).status} `);
}

/** Strict mode mounts twice; two components share; after them there is no connection. */
async function shares() {
  const sockets = new Set<Socket>();
  const seen = (socket: Socket) => sockets.add(socket);
  const both = mount(
    createElement("div", null, ...["a", "b"].map((name) => createElement(Status, { key: name, name, seen }))),
  );
  await until(() => both.text() === "a connected b connected ");
  const [socket] = sockets;
  both.unmount();
  await until(() => socket?.connected === false);
  return sockets.size;
}

/** The component of one route leaves, and another one comes. */
async function changesRoute() {
  const ids = new Set<string | undefined>();
  const seen = (socket: Socket) => socket.connected && ids.add(socket.id);
  const app = mount(createElement(Status, { key: "a", name: "a", seen }));
  await until(() => app.text() === "a connected ");
  app.render(createElement("p"));
  await until(() => app.text() === "");
  app.render(createElement(Status, { key: "b", name: "b", seen }));
  await until(() => app.text() === "b connected ");
  app.unmount();
  return ids.size;
}

/** Events meet the handler of the newest rendering; there is one listener all the time. */
async function hearsWithTheNewest() {
  const heard: unknown[] = [];
  let socket: Socket | undefined;
  let setCount = (_count: number) => {};
  function Counter() {
    const [count, set] = useState(0);
    setCount = set;
    socket = useSocket({ auth: { who: "counter" }, closeDelay: CLOSE_DELAY });
    useEvent(socket, "pushed", (value) => heard.push([count, value]));
    return createElement("p", null, `${count} ${useConnectionState(socket).status}`);
  }
  const app = mount(createElement(Counter));
  await until(() => app.text() === "0 connected");
  const listeners = new Set<unknown>();
  for (const count of [1, 2, 3]) {
    setCount(count);
    await until(() => app.text() === `${count} connected`);
    socket?.emit("push", count);
    await until(() => heard.length === count);
    for (const listener of socket?.listeners("pushed") ?? []) listeners.add(listener);
  }
  app.unmount();
  await until(() => socket?.connected === false);
  return { heard, listeners: listeners.size, left: socket?.listeners("pushed").length };
}

/** What is shown while the connection is lost, comes back, and is ended by the server; and of one that is refused. */
async function showsStates() {
  const shown: string[] = [];
  let latest: ConnectionState | undefined;
  let socket: Socket | undefined;
  function States({ who }: { who: string }) {
    socket = useSocket({ auth: { who }, reconnectionDelay: 10, closeDelay: 0 });
    latest = useConnectionState(socket);
    const { status, error, reason } = latest;
    const line = [status, error?.message, reason].filter((part) => part !== undefined).join(", ");
    if (shown.at(-1) !== line) shown.push(line);
    return null;
  }
  const app = mount(createElement(States, { who: "states" }));
  await until(() => latest?.status === "connected");
  socket?.emit("drop me");
  await until(() => latest?.status === "reconnecting");
  await until(() => latest?.status === "connected");
  socket?.emit("kick me");
  await until(() => latest?.status === "disconnected");
  app.render(createElement(States, { who: "nobody" }));
  await until(() => latest?.error !== undefined);
  const details = latest?.error?.data;
  app.unmount();
  return { shown, details };
}

/** A rendering that is thrown away connects nothing; when it is done at last, it connects once. */
async function suspends() {
  let resume = () => {};
  let rendered = 0;
  let socket: Socket | undefined;
  let waiting: Promise<void> | undefined = new Promise((resolve) => {
    resume = () => {
      waiting = undefined;
      resolve();
    };
  });
  function Slow() {
    rendered += 1;
    socket = useSocket({ auth: { who: "slow" }, closeDelay: CLOSE_DELAY });
    const { status } = useConnectionState(socket);
    if (waiting !== undefined) throw waiting;
    return createElement("p", null, status);
  }
  const app = mount(createElement(Suspense, { fallback: "waiting" }, createElement(Slow)));
  await until(() => app.text() === "waiting" && rendered > 0);
  const activeBefore = socket?.active;
  resume();
  await until(() => app.text() === "connected");
  app.unmount();
  return activeBefore;
}

/** What happens to the connection in the middle of a rendering shows nowhere, or everywhere. */
async function doesNotTear() {
  let socket: Socket | undefined;
  let happen = () => {};
  let shown: string[] = [];
  function Item({ socket, index }: { socket: Socket; index: number }) {
    const { status } = useConnectionState(socket);
    if (index === 5) happen();
    return createElement("li", null, status);
  }
  let show = () => {};
  function List() {
    const shared = useSocket({ auth: { who: "list" }, closeDelay: CLOSE_DELAY });
    socket = shared;
    const [items, setItems] = useState<number[]>([]);
    show = () => startTransition(() => setItems(Array.from({ length: 10 }, (_, index) => index)));
    useLayoutEffect(() => {
      if (items.length > 0)
        shown = [...document.querySelectorAll("li")].map((item) => item.textContent ?? "");
    }, [items]);
    const { status } = useConnectionState(shared);
    const children = items.map((index) => createElement(Item, { key: index, socket: shared, index }));
    return createElement("ul", null, status, ...children);
  }
  const app = mount(createElement(List), false);
  await until(() => app.text() === "connected");
  happen = () => socket?.disconnect();
  show();
  await until(() => shown.length === 10);
  app.unmount();
  return [...new Set(shown)];
}

/** Credentials by a function: the newest is asked. Others: another socket, and the old one closes. */
async function renewsCredentials() {
  let socket: Socket | undefined;
  function User({ token, asked }: { token: string; asked: boolean }) {
    const auth = { who: "user", token };
    socket = useSocket({ auth: asked ? (give) => give(auth) : auth, reconnectionDelay: 10, closeDelay: 0 });
    return createElement("p", null, `${token} ${useConnectionState(socket).status}`);
  }
  const app = mount(createElement(User, { token: "one", asked: true }));
  await until(() => app.text() === "one connected");
  const first = socket;
  app.render(createElement(User, { token: "two", asked: true }));
  await until(() => app.text() === "two connected");
  socket?.emit("drop me");
  await until(() => app.text() === "two reconnecting");
  await until(() => app.text() === "two connected");
  const same = socket === first;
  app.render(createElement(User, { token: "three", asked: false }));
  await until(() => app.text() === "three connected" && first?.connected === false);
  app.unmount();
  return same;
}

/** The page takes over what the server rendered. */
async function hydrates(url: string) {
  const container = document.querySelector("#app") as HTMLElement;
  const faults: string[] = [];
  const before = container.textContent;
  const root = hydrateRoot(container, createElement(App, { url }), {
    onRecoverableError: (error) => faults.push(String(error)),
  });
  await until(() => container.textContent === "connected, hello app");
  root.unmount();
  return { before, faults };
}

Object.assign(globalThis, {
  scenarios: {
    shares,
    changesRoute,
    hearsWithTheNewest,
    showsStates,
    suspends,
    doesNotTear,
    renewsCredentials,
    hydrates,
  },
});
