import { randomInt } from "node:crypto";

const WORDS = {
  ko: {
    how: [
      "졸린",
      "신난",
      "느긋한",
      "씩씩한",
      "반짝이는",
      "수줍은",
      "배고픈",
      "엉뚱한",
      "포근한",
      "용감한",
      "노래하는",
      "춤추는",
    ],
    who: [
      "수달",
      "고양이",
      "너구리",
      "펭귄",
      "다람쥐",
      "고래",
      "알파카",
      "두더지",
      "햄스터",
      "오리",
      "여우",
      "해파리",
    ],
  },
  en: {
    how: [
      "Sleepy",
      "Merry",
      "Easy",
      "Brave",
      "Sparkly",
      "Shy",
      "Hungry",
      "Quirky",
      "Cosy",
      "Bold",
      "Singing",
      "Dancing",
    ],
    who: [
      "Otter",
      "Cat",
      "Raccoon",
      "Penguin",
      "Squirrel",
      "Whale",
      "Alpaca",
      "Mole",
      "Hamster",
      "Duck",
      "Fox",
      "Jellyfish",
    ],
  },
};

/**
 * A friendly name for somebody who just came.
 * @param {"ko" | "en"} language
 */
export function friendlyName(language) {
  const { how, who } = WORDS[language];
  return `${how[randomInt(how.length)]} ${who[randomInt(who.length)]}`;
}
