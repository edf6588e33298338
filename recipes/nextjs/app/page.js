"use client";

import { useConnectionState, useEvent, useSocket } from "baro/react";
import { useState } from "react";

export default function Page() {
  const socket = useSocket();
  const { status } = useConnectionState(socket);
  const [lines, setLines] = useState([]);
  useEvent(socket, "said", (text) => setLines((before) => [...before, text]));

  return (
    <main>
      <h1>Next.js and Baro on one port</h1>
      <p>{status}</p>
      <button type="button" onClick={() => socket.emit("say", "Hello")}>
        Say hello
      </button>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added
        <p key={index}>{line}</p>
      ))}
    </main>
  );
}
