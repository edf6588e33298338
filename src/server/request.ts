/** The one place where a type of Node enters the policy: users expect their request as Node gave it. */
export type { IncomingMessage } from "node:http";
