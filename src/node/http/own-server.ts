/**
 * Options for the HTTP servers that Baro makes itself; one of an application is never altered. Node's defaults would
 * let a client dribble its headers for a minute, and would look every 30 seconds.
 */
export const OWN_SERVER = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
};
