/** An offer of a client, and what a server that takes every parameter answers; `undefined` for no extension. */
export interface Offer {
  readonly id: string;
  readonly musts: readonly string[];
  readonly offer: string;
  readonly answer: string | undefined;
}

const NAME = "permessage-deflate";
const taken = (offer: string, answer: string, musts: readonly string[] = []): Offer => ({
  id: `7.1 ${offer}`,
  musts,
  offer,
  answer,
});
const declined = (parameters: string, ...musts: string[]): Offer => ({
  id: `7.1 declines: ${parameters}`,
  musts: ["7.1/1", ...musts],
  offer: `${NAME}; ${parameters}`,
  answer: undefined,
});

export const OFFERS: readonly Offer[] = [
  taken(NAME, NAME, ["7.1.2.2/1"]),
  taken(`${NAME}; client_max_window_bits`, NAME),
  taken(`${NAME}; server_no_context_takeover`, `${NAME}; server_no_context_takeover`, ["7.1.1.1/1"]),
  taken(`${NAME}; client_no_context_takeover`, `${NAME}; client_no_context_takeover`, ["7.1.1.2/1"]),
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits) =>
    taken(`${NAME}; server_max_window_bits=${bits}`, `${NAME}; server_max_window_bits=${bits}`, [
      "7.1.2.1/1",
      "7.1.2/1",
    ]),
  ),
  taken(`${NAME}; server_max_window_bits="10"`, `${NAME}; server_max_window_bits=10`),
  taken(`x-unknown, ${NAME}`, NAME),
  taken(`${NAME}; unknown, ${NAME}; server_no_context_takeover`, `${NAME}; server_no_context_takeover`, [
    "7.1/1",
  ]),
  ...["7", "16", "0", "08", "-9", "9.0", "a", '""', "1 0"].flatMap((value) => [
    declined(`server_max_window_bits=${value}`, "7.1.2/1"),
    declined(`client_max_window_bits=${value}`, "7.1.2/1"),
  ]),
  declined("server_max_window_bits", "7.1.2/1"),
  declined("server_no_context_takeover=1"),
  declined("client_no_context_takeover=1"),
  declined("server_no_context_takeover; server_no_context_takeover"),
  declined("server_max_window_bits=10; server_max_window_bits=10"),
  declined("client_max_window_bits; client_max_window_bits=10"),
  declined("unknown"),
  declined("unknown=1; server_no_context_takeover"),
  declined("constructor"),
  declined("__proto__=1"),
];

/** An answer of a server to a client that offers permessage-deflate and client_max_window_bits. */
export interface Answer {
  readonly id: string;
  readonly musts: readonly string[];
  readonly answer: string;
  readonly accepted: boolean;
}

const answered = (answer: string, accepted: boolean, ...musts: string[]): Answer => ({
  id: `7.1 the answer ${answer}`,
  musts,
  answer,
  accepted,
});

export const ANSWERS: readonly Answer[] = [
  answered(NAME, true),
  answered(`${NAME}; server_no_context_takeover; client_no_context_takeover`, true),
  answered(`${NAME}; server_max_window_bits=9; client_max_window_bits=9`, true),
  answered(`${NAME}; client_max_window_bits`, false, "7.1/2", "7.1.2/1"),
  answered(`${NAME}; client_max_window_bits=7`, false, "7.1/2", "7.1.2/1"),
  answered(`${NAME}; server_max_window_bits=16`, false, "7.1/2", "7.1.2/1"),
  answered(`${NAME}; server_max_window_bits=09`, false, "7.1/2", "7.1.2/1"),
  answered(`${NAME}; server_no_context_takeover=1`, false, "7.1/2"),
  answered(`${NAME}; server_no_context_takeover; server_no_context_takeover`, false, "7.1/2"),
  answered(`${NAME}; unknown`, false, "7.1/2"),
  answered(`${NAME}, ${NAME}`, false, "5.1/1"),
  answered("x-unknown", false, "5.1/1"),
  answered(`${NAME}; a="`, false, "5.1/1"),
];
