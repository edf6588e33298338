import type { Bus, BusMessage, Membership, NodeId } from "./bus.ts";

type Receive = (message: BusMessage, from: NodeId) => void;

/** A bus for servers of one process: several ports, several apps, tests. What it carries is handed over, not copied. */
export class MemoryBus implements Bus {
  readonly #members = new Map<NodeId, Receive>();
  #joined = 0;

  join(receive: Receive): Membership {
    this.#joined += 1;
    const id = `node ${this.#joined}`;
    const members = this.#members;
    members.set(id, receive);
    const deliver = (to: NodeId, message: BusMessage): void => {
      // One that leaves hears nothing from then on, not even what is on its way.
      Promise.resolve().then(() => members.get(to)?.(message, id));
    };
    return {
      get others() {
        return members.has(id) ? members.size - 1 : members.size;
      },
      publish(message) {
        for (const to of members.keys()) if (to !== id) deliver(to, message);
      },
      send: deliver,
      leave() {
        members.delete(id);
      },
    };
  }
}
