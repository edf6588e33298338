/**
 * What the page says in Korean.
 * @type {typeof import("./en.js").en}
 */
export const ko = {
  title: "바로 LAB · 폴링, SSE, 웹 소켓, Socket.IO",
  skip: "네 가지 기술로 건너뛰기",
  neighbours: "이 사이트의 다른 곳",
  chat: "GIF 채팅",
  auction: "경매",
  switchLanguage: "English",

  heading: "같은 실습, 네 가지 기술, 모든 바이트.",
  intro:
    "서버가 3초마다 말하고 브라우저가 대답해요. 같은 실습을 폴링, SSE, 웹 소켓, Socket.IO로 나란히 보여 드려요. 여기 그려지는 것은 모두 지금 당신의 회선을 지나가는 바이트에서 읽은 거예요.",

  "status.connecting": "당신만의 서버를 켜는 중…",
  "status.running": "당신의 서버가 3초마다 말하고 있어요.",
  "status.starting": "서버가 켜지는 중…",
  "status.stopped": "당신의 서버가 꺼졌어요. 이 사이트는 다른 프로세스라 그대로예요.",
  "status.lost": "이 사이트와 연결이 끊겼어요. 다시 시도하는 중…",
  "status.full": "실험실에 빈자리가 없어요. 10초 뒤 다시 시도할게요…",
  "status.idle": "10분 동안 아무도 만지지 않아 서버를 껐어요. 페이지를 누르면 이어져요.",

  tryHeading: "망가뜨려 보기",
  watchHint:
    "먼저 15초만 지켜보세요. 같은 말을 주고받는 데 화살표가 몇 개나 드나요? 그다음 하나씩 망가뜨려 보세요.",
  cut: "연결 끊기",
  cutHint:
    "폴링은 그냥 다시 물어봐요. EventSource와 Socket.IO는 스스로 돌아와 놓친 것을 받아요. 웹 소켓만은 연결 버튼을 누를 때까지 CLOSED예요.",
  stop: "서버 5초 멈추기",
  stopHint: "프로세스가 정말로 끝나요. 누가 얼마나 빨리 돌아오는지, 몇 번 헛걸음(✕)하는지 보세요.",
  block: "웹 소켓 막기",
  blockHint: "그런 회사 네트워크가 있죠. Socket.IO는 폴링으로 물러나 계속하고, 웹 소켓 전용은 길이 없어요.",
  slow: "느린 네트워크",
  slowHint: "편도 350ms. 화살표가 기울어요. 왕복이 많은 쪽이 더 오래 기다려요.",
  proxy: "프록시 거치기",
  proxyHint: "프록시가 X-Forwarded-For를 붙여요. 아래에서 서버가 보는 주소를 비교하세요.",

  costHeading: "지금까지 든 비용",
  costTotal: "오간 바이트",
  costEach: "메시지당 바이트",
  panelsHeading: "회선 위에서",
  legendUp: "페이지에서",
  legendDown: "서버에서",
  legendOpen: "쓰이는 연결",
  legendControl: "연결 관리",
  legendCross: "거절 또는 끊김",
  page: "페이지",
  now: "지금",
  code: "코드",
  codePage: "페이지에서",
  codeServer: "당신의 서버에서",
  server: "서버",
  timeline: "지난 몇 초의 시간표. 이어지는 목록에 같은 내용이 글로 있어요",
  log: "이 회선의 최근 기록",
  states: "연결 상태",
  connect: "연결",
  close: "닫기",
  up: "올린 바이트",
  down: "내린 바이트",
  requests: "요청",
  messages: "메시지",
  delay: "지연",
  missed: "놓침",
  carrier: "통로",
  address: "서버가 보는 내 주소",
  seen: "{client}",
  seenForwarded: "{client} (X-Forwarded-For, 연결은 {socket}에서)",

  "polling.name": "폴링",
  "polling.how": "페이지가 1초마다 물어요. 새 소식 있나요?",
  "polling.see":
    "세 번 중 두 번은 헛된 질문이고, 그때마다 헤더를 모두 싣고 다녀요. 메시지는 다음 질문까지, 길게는 1초를 기다려요.",
  "sse.name": "서버센트 이벤트 (SSE)",
  "sse.how": "응답이 끝나지 않는 요청 하나.",
  "sse.see":
    "서버가 말하는 순간 도착해요. 흐름은 한 방향뿐이라 대답은 매번 따로 요청해요. 끊기면 EventSource가 스스로 돌아와 어디까지 들었는지 말해요.",
  "websocket.name": "웹 소켓",
  "websocket.how": "HTTP 요청 하나가 양방향으로 열린 연결이 돼요.",
  "websocket.see":
    "한 번 업그레이드하면 메시지 하나에 제 길이와 프레임 2바이트(올라갈 때 6바이트)만 들어요. 스스로 돌아오지는 않아요. 끊기면 CLOSED로 남고 그동안의 말은 놓쳐요.",
  "socketio.name": "Socket.IO",
  "socketio.how": "폴링으로 시작해 웹 소켓으로 옮겨 가요.",
  "socketio.see":
    "시작을 보세요. 폴링으로 인사하고, 롱 폴링, 탐침, 업그레이드로 이어져요. 이벤트에 이름이 있고, 하트비트가 조용한 끊김을 알아채고, 스스로 돌아와 놓친 것까지 받아요.",
  "socketio-websocket.name": "Socket.IO, 웹 소켓만",
  "socketio-websocket.how": 'transports: ["websocket"]',
  "socketio-websocket.see":
    "업그레이드 전의 폴링이 없어 요청이 적고 시작이 빨라요. 대신 웹 소켓이 막히면 물러설 곳이 없어요.",

  addressHeading: "당신은 누구?",
  addressText:
    '서버는 연결의 반대쪽 끝을 알 뿐이고, 여기서 그것은 이 실험실의 회선이에요. 프록시 뒤의 서버는 다 그래요. 방문자의 주소는 X-Forwarded-For로만 와요. 그 헤더는 누구나 쓸 수 있으니, 서버는 자기 프록시가 쓴 것만 믿어야 해요. Baro와 Express에서는 프록시를 이렇게 지정해요: trustProxy: "loopback". 브라우저가 직접 써 보낸 값은 회선이 지워요.',
  countedHeading: "무엇을 세나요?",
  countedText:
    "모든 연결은 당신의 서버 앞에 있는 당신만의 작은 TCP 프록시를 지나요. 서버의 소켓에 쓰고 읽은 모든 바이트를 세요. 요청 줄, 쿠키까지 포함한 헤더, 본문, 청크, 프레임 모두요. 세지 않는 것: TCP와 IP 자체(패킷마다 약 40바이트), TLS, 그리고 당신의 회선으로 이끄는 주소의 앞부분(서버는 보지 못해요). 지연은 서버가 말한 순간부터 페이지가 들은 순간까지, 페이지가 서버 시계에 맞춘 하나의 시계로 재요.",
};
