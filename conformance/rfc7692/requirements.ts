import type { Requirement } from "../rfc6455/requirements.ts";

/** Every MUST of RFC 7692 sections 5 to 7 that binds an endpoint, shortened where it repeats its section. */
export const REQUIREMENTS: readonly Requirement[] = [
  { id: "5.1/1", says: "A client MUST fail the connection if the server accepts what it did not offer." },
  {
    id: "6/1",
    says: "An endpoint MUST NOT set RSV1 on control frames and on frames that are not the first of a message.",
  },
  { id: "6/2", says: "An endpoint that receives RSV1 on such a frame MUST fail the connection." },
  {
    id: "6.2/1",
    says: "A message whose first frame has RSV1 clear is not compressed, and MUST be taken as it is.",
  },
  {
    id: "7.1/1",
    says: "A server MUST decline an offer with an unknown parameter, an invalid value, or a parameter twice.",
  },
  {
    id: "7.1/2",
    says: "A client MUST fail the connection if the answer has an unknown parameter, an invalid value, or a parameter twice.",
  },
  {
    id: "7.1.1.1/1",
    says: "A server that accepts server_no_context_takeover answers with it, and MUST NOT use its window over again.",
  },
  {
    id: "7.1.1.2/1",
    says: "A client that gets client_no_context_takeover MUST NOT use its window over again.",
  },
  { id: "7.1.2/1", says: "Window bits MUST be a decimal integer from 8 to 15 without leading zeros." },
  {
    id: "7.1.2.1/1",
    says: "A server that accepts server_max_window_bits answers with the same or a smaller value, and keeps it.",
  },
  { id: "7.1.2.2/1", says: "If an offer has no client_max_window_bits, the answer MUST NOT have it." },
  { id: "7.1.2.2/2", says: "A client that gets client_max_window_bits MUST NOT use a larger window." },
  { id: "7.2.1/1", says: "The tail of four octets, 00 00 ff ff, is removed from what is sent." },
  {
    id: "7.2.2/1",
    says: "An endpoint MUST be able to decompress blocks of every type, several in one message, in any fragments.",
  },
  { id: "7.2.2/2", says: "Data that cannot be decompressed MUST fail the connection." },
];
