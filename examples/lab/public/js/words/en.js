/** What the page says in English. */
export const en = {
  title: "바로 LAB · Polling, SSE, WebSocket, Socket.IO",
  skip: "Skip to the four techniques",
  neighbours: "Elsewhere on this site",
  chat: "GIF chat",
  auction: "Auction",
  switchLanguage: "한국어",

  heading: "One exercise, four techniques, every byte.",
  intro:
    "Every three seconds a server says something, and your browser answers. You see the same exercise over plain polling, Server-Sent Events, WebSocket and Socket.IO: all that is drawn here is read from the bytes as they cross your own wire.",

  "status.connecting": "Starting a server of your own…",
  "status.running": "Your server is running. It speaks every three seconds.",
  "status.starting": "Your server is starting…",
  "status.stopped": "Your server is off. This site is not: it is another process.",
  "status.lost": "The connection to this site is lost. Trying again…",
  "status.full": "All places in the lab are taken. Trying again in ten seconds…",
  "status.idle": "Nobody touched the page for ten minutes, so your server is gone. Touch the page to go on.",

  tryHeading: "Break something",
  watchHint:
    "First watch for fifteen seconds: how many arrows does each technique need for the same words? Then break something.",
  cut: "Cut the connections",
  cutHint:
    "Polling just asks again. EventSource and Socket.IO come back by themselves and ask for what they missed. A bare WebSocket stays CLOSED until you press Connect.",
  stop: "Stop the server for 5 seconds",
  stopHint: "The process really ends. Watch who comes back, how soon, and how often they knock in vain (✕).",
  block: "Block WebSocket",
  blockHint:
    "As some company networks do. Socket.IO falls back to polling and goes on. With WebSocket only, there is no way.",
  slow: "Slow network",
  slowHint: "350 ms each way: arrows begin to slant. Who needs more round trips waits longer.",
  proxy: "Go through a proxy",
  proxyHint: "It adds X-Forwarded-For. Compare the address that the server sees below.",

  costHeading: "What it has cost so far",
  costTotal: "Bytes, both ways",
  costEach: "Bytes per message",
  panelsHeading: "On the wire",
  legendUp: "from the page",
  legendDown: "from the server",
  legendOpen: "connection in use",
  legendControl: "upkeep",
  legendCross: "refused or cut",
  page: "page",
  now: "now",
  code: "The code",
  codePage: "In the page",
  codeServer: "In your server",
  server: "server",
  timeline: "Timeline of the last seconds; the list that follows has the same in words",
  log: "The latest on this wire",
  states: "State of the connection",
  connect: "Connect",
  close: "Close",
  up: "Bytes up",
  down: "Bytes down",
  requests: "Requests",
  messages: "Messages",
  delay: "Delay",
  missed: "Missed",
  carrier: "Runs over",
  address: "Your address, seen by the server",
  seen: "{client}",
  seenForwarded: "{client} (X-Forwarded-For; the connection comes from {socket})",

  "polling.name": "Polling",
  "polling.how": "The page asks once a second: is there something new?",
  "polling.see":
    "Two of three questions are for nothing, and each carries all its headers. A message waits for the next question: up to a second.",
  "sse.name": "Server-Sent Events",
  "sse.how": "One request whose response never ends.",
  "sse.see":
    "Messages come the moment they are said. The stream goes one way only: each answer is a request of its own. After a break, EventSource comes back and says what it heard last.",
  "websocket.name": "WebSocket",
  "websocket.how": "An HTTP request becomes a connection that is open both ways.",
  "websocket.see":
    "After one upgrade, a message costs its own length and 2 bytes of frame, 6 on the way up. Nothing comes back by itself: after a cut it stays CLOSED, and what was said meanwhile is missed.",
  "socketio.name": "Socket.IO",
  "socketio.how": "Begins with polling, then moves to WebSocket.",
  "socketio.see":
    "Watch the start: the handshake over polling, a long poll, the probe, the upgrade. Events have names, heartbeats notice silent losses, and it comes back by itself, with what it missed.",
  "socketio-websocket.name": "Socket.IO, WebSocket only",
  "socketio-websocket.how": 'transports: ["websocket"]',
  "socketio-websocket.see":
    "No polling before the upgrade: fewer requests and a quicker start. Where WebSocket is blocked, nothing is left to fall back to.",

  addressHeading: "Who are you?",
  addressText:
    "A server knows the other end of its connection, and here that is this lab's wire. So it is behind every proxy: the visitor's own address arrives in X-Forwarded-For only. Anybody can write that header, so a server must believe it from its own proxies alone: in Baro and in Express by naming them, trustProxy: \"loopback\". The wire takes away what your browser may have written there.",
  countedHeading: "What is counted?",
  countedText:
    "Each connection passes a small TCP proxy of yours in front of your server. It counts every byte that is written to the server's socket and read from it: request lines, headers with your cookies, bodies, chunks and frames. Not counted are TCP and IP themselves (about 40 bytes per packet), TLS, and the prefix of the address that leads to your wire, which the server never sees. The delay goes from the moment when the server speaks to the moment when your page hears it, by one clock: the page compares its own with the server's.",
};
