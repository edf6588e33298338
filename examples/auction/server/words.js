const SENTENCES = {
  ko: {
    badRequest: "알아들을 수 없는 요청이에요.",
    noLot: "그런 물건은 없어요.",
    over: "이 물건의 경매는 끝났어요.",
    noAmount: "금액을 원 단위의 수로 적어 주세요.",
    tooMuch: "그렇게 큰 금액은 받을 수 없어요.",
    leading: "이미 가장 높은 금액을 부르셨어요.",
    tooLow: "조금 낮아요. {least}원부터 부를 수 있어요.",
    noName: "이름을 적어 주세요. {name}자까지예요.",
    noTitle: "물건의 이름을 적어 주세요. {title}자까지예요.",
    noMinutes: "경매는 {minutes}분 가운데 하나로 열 수 있어요.",
    full: "지금은 물건이 너무 많아요. 하나가 팔린 뒤에 다시 해 주세요.",
    internal: "저희 쪽에서 문제가 생겼어요.",
  },
  en: {
    badRequest: "The server did not understand this request.",
    noLot: "There is no such lot.",
    over: "The bidding for this lot is over.",
    noAmount: "Say how much, in whole won.",
    tooMuch: "No bid can be that high.",
    leading: "The highest bid is yours already.",
    tooLow: "That is too low: bids begin at ₩{least}.",
    noName: "Say your name, in {name} characters at most.",
    noTitle: "Say what it is, in {title} characters at most.",
    noMinutes: "A lot can be up for {minutes} minutes.",
    full: "There are too many lots at the moment. Come back when one is sold.",
    internal: "Something went wrong on our side.",
  },
};

/**
 * @typedef {keyof typeof SENTENCES} Language
 * @typedef {keyof typeof SENTENCES.en} RefusalCode
 */

/**
 * @param {RefusalCode} code
 * @param {Language} language
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function sentence(code, language, values = {}) {
  return SENTENCES[language][code].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * The language of whoever asks: what they chose on any page of this site, or what their browser speaks.
 * @param {import("express").Request} request
 * @returns {Language}
 */
export function languageOf(request) {
  const chosen = /(?:^|;\s*)baro-language=(ko|en)(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
  return (chosen ?? request.acceptsLanguages("en", "ko")) === "ko" ? "ko" : "en";
}
