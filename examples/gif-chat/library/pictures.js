import { creature } from "./creature.js";

/**
 * @typedef {import("./canvas.js").Canvas} Canvas
 * @typedef {import("./canvas.js").Colour} Colour
 * @typedef {{
 *   name: string, en: string, ko: string, tags: { en: readonly string[], ko: readonly string[] },
 *   background: Colour, frames: number, delay: number, draw: (canvas: Canvas, frame: number) => void,
 * }} Picture `en` and `ko` say what one sees; `delay` in milliseconds
 */

const HEART = [".##.##.", "#######", "#######", ".#####.", "..###..", "...#..."];
const SMALL_HEART = ["#.#", "###", ".#."];
const Z = ["####", "..#.", ".#..", "####"];
const THUMB = [
  "..##....",
  "..##....",
  "..###...",
  "#######.",
  "########",
  "#######.",
  "########",
  "######..",
];
const BANG = ["##", "##", "##", "", "##"];

/** Up and down in a circle of so many frames. @param {number} frame @param {number} frames */
const wave = (frame, frames) => Math.sin((frame / frames) * 2 * Math.PI);

/** @type {readonly Picture[]} */
export const PICTURES = [
  {
    name: "hello",
    en: "A creature that waves",
    ko: "손을 흔드는 친구",
    tags: { en: ["hello", "hi", "wave", "bye"], ko: ["안녕", "인사", "반가워", "잘가"] },
    background: "paper",
    frames: 8,
    delay: 110,
    draw(canvas, frame) {
      creature(canvas, { colour: "red", x: 5, eyes: "happy", squash: frame % 4 === 0 ? 1 : 0 });
      const lean = Math.round(2 * wave(frame, 4));
      canvas.box(20, 17, 5, 4, "red", { round: true });
      canvas.box(22 + Math.round(lean / 2), 13, 4, 6, "red", { round: true });
      canvas.box(22 + lean, 8, 6, 6, "red", { round: true });
    },
  },
  {
    name: "laugh",
    en: "A creature that laughs out loud",
    ko: "크게 웃는 친구",
    tags: { en: ["laugh", "lol", "funny", "haha"], ko: ["웃음", "ㅋㅋㅋ", "하하", "재밌어"] },
    background: "yellow",
    frames: 4,
    delay: 90,
    draw(canvas, frame) {
      creature(canvas, {
        colour: "violet",
        y: 9 - (frame % 2),
        eyes: "happy",
        mouth: "laugh",
        ears: [frame % 2, (frame + 1) % 2],
      });
      for (const [x, y] of /** @type {const} */ ([
        [3, 8],
        [26, 8],
        [4, 22],
        [26, 22],
      ])) {
        if (frame % 2 === 0) canvas.stamp(x, y, ["#.#", ".#.", "#.#"], "white");
      }
    },
  },
  {
    name: "cry",
    en: "A creature in tears",
    ko: "눈물을 흘리는 친구",
    tags: { en: ["cry", "sad", "tears", "sorry"], ko: ["눈물", "슬퍼", "ㅠㅠ", "미안"] },
    background: "blue",
    frames: 6,
    delay: 120,
    draw(canvas, frame) {
      creature(canvas, { colour: "grey", eyes: "closed", mouth: "sad", ears: [2, 2] });
      for (const x of [11, 20]) {
        canvas.box(x, 21 + frame, 2, 2, "white");
        canvas.box(x, 21 + ((frame + 3) % 6), 1, 2, "white");
      }
      canvas.box(4, 30, 24, 2, "white", { round: true });
    },
  },
  {
    name: "love",
    en: "A creature with a beating heart",
    ko: "하트가 두근거리는 친구",
    tags: { en: ["love", "heart", "thanks", "like"], ko: ["사랑", "하트", "고마워", "좋아"] },
    background: "pink",
    frames: 8,
    delay: 100,
    draw(canvas, frame) {
      creature(canvas, { colour: "white", y: 11, eyes: "happy" });
      const beat = frame % 4 === 0 ? 1 : 0;
      canvas.stamp(13, 2 - beat, HEART, "red");
      for (const [x, start] of /** @type {const} */ ([
        [3, 0],
        [26, 3],
        [1, 5],
        [28, 6],
      ])) {
        canvas.stamp(x, 24 - ((frame + start) % 8) * 3, SMALL_HEART, "red");
      }
    },
  },
  {
    name: "party",
    en: "A creature under confetti",
    ko: "색종이 아래에서 신난 친구",
    tags: { en: ["party", "congratulations", "yay", "birthday"], ko: ["축하", "파티", "신나", "생일"] },
    background: "ink",
    frames: 8,
    delay: 90,
    draw(canvas, frame) {
      const colours = /** @type {const} */ (["red", "yellow", "green", "blue", "pink", "teal"]);
      for (let piece = 0; piece < 24; piece++) {
        const y = (piece * 11 + frame * 4) % 32;
        canvas.box(
          (piece * 13) % 31,
          y,
          1 + (piece % 2),
          1 + ((piece + frame) % 2),
          colours[piece % 6] ?? "red",
        );
      }
      creature(canvas, { colour: "yellow", y: 11 - (frame % 2) * 2, eyes: "happy", mouth: "laugh" });
      canvas.stamp(13, 5 - (frame % 2) * 2, ["...#..", "..##..", "..###.", ".####.", "######"], "red");
    },
  },
  {
    name: "thumbs-up",
    en: "A thumb that goes up",
    ko: "엄지를 척 올리는 손",
    tags: { en: ["yes", "good", "ok", "agree"], ko: ["좋아요", "최고", "오케이", "그래"] },
    background: "teal",
    frames: 8,
    delay: 90,
    draw(canvas, frame) {
      const lift = Math.round(Math.max(0, wave(frame, 8)) * 4);
      for (let y = 0; y < 8; y++) {
        for (let x = 0; x < 8; x++) {
          if (THUMB[y]?.[x] === "#") canvas.box(6 + x * 2.5, 7 - lift + y * 2.5, 3, 3, "yellow");
        }
      }
      if (lift >= 3) {
        for (const [x, y] of /** @type {const} */ ([
          [2, 6],
          [27, 4],
          [25, 26],
        ]))
          canvas.stamp(x, y, [".#.", "###", ".#."], "white");
      }
    },
  },
  {
    name: "clap",
    en: "A creature that claps",
    ko: "손뼉을 치는 친구",
    tags: { en: ["clap", "bravo", "applause", "well done"], ko: ["박수", "짝짝", "잘했어", "브라보"] },
    background: "paper",
    frames: 4,
    delay: 110,
    draw(canvas, frame) {
      creature(canvas, { colour: "green", y: 7, eyes: "happy" });
      const apart = [6, 3, 0, 3][frame] ?? 0;
      canvas.box(9 - apart, 24, 6, 5, "brown", { round: true });
      canvas.box(17 + apart, 24, 6, 5, "brown", { round: true });
      if (apart === 0) {
        for (const [x, y] of /** @type {const} */ ([
          [6, 21],
          [25, 21],
          [4, 25],
          [27, 25],
        ]))
          canvas.box(x, y, 1, 2, "red");
      }
    },
  },
  {
    name: "sleep",
    en: "A creature that sleeps",
    ko: "잠든 친구",
    tags: { en: ["sleep", "tired", "good night", "bored"], ko: ["잘자", "졸려", "피곤", "심심"] },
    background: "ink",
    frames: 8,
    delay: 200,
    draw(canvas, frame) {
      creature(canvas, {
        colour: "blue",
        x: 6,
        y: 10,
        eyes: "closed",
        mouth: "flat",
        ears: [3, 3],
        squash: frame < 4 ? 1 : 2,
      });
      for (const start of [0, 4]) {
        const step = (frame + start) % 8;
        canvas.stamp(22 + Math.round(step / 2), 12 - step, Z, "white");
      }
    },
  },
  {
    name: "think",
    en: "A creature that thinks",
    ko: "생각에 잠긴 친구",
    tags: { en: ["think", "hmm", "wait", "wonder"], ko: ["생각", "음", "글쎄", "잠깐"] },
    background: "paper",
    frames: 8,
    delay: 220,
    draw(canvas, frame) {
      creature(canvas, {
        colour: "violet",
        x: 4,
        y: 12,
        eyes: frame === 6 ? "closed" : "open",
        mouth: "flat",
        ears: [0, frame % 4 === 3 ? 1 : 0],
      });
      canvas.box(16, 1, 15, 9, "white", { round: true });
      canvas.box(19, 11, 3, 2, "white", { round: true });
      for (let dot = 0; dot < 3; dot++) if (frame % 4 > dot) canvas.box(19 + dot * 4, 5, 2, 2, "ink");
    },
  },
  {
    name: "shock",
    en: "A creature that cannot believe it",
    ko: "깜짝 놀란 친구",
    tags: { en: ["shock", "what", "wow", "no way"], ko: ["헉", "깜짝", "대박", "뭐라고"] },
    background: "red",
    frames: 6,
    delay: 90,
    draw(canvas, frame) {
      const shake = [0, 1, 0, -1, 0, 0][frame] ?? 0;
      creature(canvas, {
        colour: "yellow",
        x: 8 + shake,
        y: frame === 0 ? 11 : 9,
        eyes: "wide",
        mouth: "round",
        ears: frame === 0 ? [2, 2] : [-2, -2],
      });
      if (frame > 0) {
        canvas.stamp(2, 6, BANG, "white");
        canvas.stamp(28, 6, BANG, "white");
      }
    },
  },
  {
    name: "dance",
    en: "Two creatures that dance",
    ko: "춤추는 두 친구",
    tags: { en: ["dance", "music", "happy", "friday"], ko: ["춤", "음악", "신나", "불금"] },
    background: "violet",
    frames: 8,
    delay: 120,
    draw(canvas, frame) {
      const step = Math.round(3 * wave(frame, 8));
      creature(canvas, {
        colour: "teal",
        x: -1 + step,
        y: 10 - (frame % 2) * 2,
        eyes: "happy",
        ears: [frame % 2, 0],
      });
      creature(canvas, {
        colour: "pink",
        x: 17 - step,
        y: 8 + (frame % 2) * 2,
        eyes: "happy",
        ears: [0, frame % 2],
      });
      canvas.stamp(4 + step, 1, ["..##", "..#.", "###.", "###."], "white");
      canvas.stamp(24 - step, 2, ["..##", "..#.", "###.", "###."], "yellow");
    },
  },
  {
    name: "coffee",
    en: "A steaming cup of coffee",
    ko: "김이 나는 커피 한 잔",
    tags: { en: ["coffee", "break", "morning", "tea"], ko: ["커피", "휴식", "아침", "차"] },
    background: "green",
    frames: 8,
    delay: 140,
    draw(canvas, frame) {
      for (const [column, x] of [10, 15, 20].entries()) {
        for (let y = 0; y < 8; y++)
          canvas.dot(x + Math.round(wave(y + frame + column * 3, 8) * 1.2), 3 + y, "white");
      }
      canvas.box(22, 16, 7, 8, "white", { round: true });
      canvas.box(23, 18, 4, 4, "green");
      canvas.box(6, 13, 18, 15, "white", { round: true });
      canvas.box(7, 13, 16, 3, "brown", { round: true });
      canvas.stamp(10, 19, ["##", "##"], "ink");
      canvas.stamp(18, 19, ["##", "##"], "ink");
      canvas.stamp(12, 22, ["#....#", ".####."], "red");
      canvas.box(4, 29, 22, 2, "paper", { round: true });
    },
  },
];
