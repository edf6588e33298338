// The types of the API, gathered for the namespace of the class.
export type { AddressInfo } from "node:net";
export type * from "./event-target.ts";
export type { RawData } from "./events.ts";
export type * from "./options.ts";
