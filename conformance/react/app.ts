import { useConnectionState, useEvent, useSocket } from "baro/react";
import { createElement, useState } from "react";

interface FromServer {
  hello: (text: string) => void;
}

/** What is rendered on the server, and goes on in the page. */
export function App({ url }: { url: string }) {
  const socket = useSocket<FromServer>(url, { auth: { who: "app" } });
  const { status } = useConnectionState(socket);
  const [greeting, setGreeting] = useState("nothing");
  useEvent(socket, "hello", setGreeting);
  return createElement("p", null, `${status}, ${greeting}`);
}
