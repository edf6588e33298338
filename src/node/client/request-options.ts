import type { RequestOptions } from "node:https";
import type { EngineOptions } from "../../client/options.ts";

const TLS = ["ca", "cert", "key", "pfx", "passphrase", "ciphers", "rejectUnauthorized"] as const;

/**
 * What `node:http` and `node:https` are told of a client's options: the agent and TLS, the same for polling and for
 * WebSocket. Without an agent it is Node's own, which keeps connections alive and no process.
 */
export function requestOptions(options: Partial<EngineOptions>): RequestOptions {
  const given = TLS.filter((name) => options[name] !== undefined);
  const request = Object.fromEntries(given.map((name) => [name, options[name]])) as RequestOptions;
  // `false` is Socket.IO's way to write that there is none.
  if (options.agent) request.agent = options.agent as NonNullable<RequestOptions["agent"]>;
  return request;
}
