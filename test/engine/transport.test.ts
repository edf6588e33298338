import { MemoryTransport } from "../support/memory-transport.ts";
import { describeTransport } from "../support/transport-contract.ts";

describeTransport("in memory", async () => {
  const transport = new MemoryTransport();
  return {
    transport,
    send: (...packets) => packets.forEach((packet) => void transport.receive(packet)),
    delivered: transport.delivered,
    breakOff: () => transport.breakOff(),
  };
});
