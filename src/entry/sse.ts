export { BaroError } from "../errors.ts";
export {
  type AnyChannel,
  type Channel,
  type ChannelOptions,
  createChannel,
  type DefaultStreamEvents,
  type StreamEventData,
  type StreamEventName,
} from "../node/sse/channel.ts";
export { createEventStream, type EventStream } from "../node/sse/event-stream.ts";
export type { EventStreamOptions, StreamEnd } from "../node/sse/options.ts";
export type { HistoryOptions } from "../server/recovery/retention.ts";
export { type EventFields, encodeComment, encodeEvent } from "../sse/encoder.ts";
export {
  EventStreamParser,
  type EventStreamSink,
  type ParserOptions,
  type ReceivedEvent,
} from "../sse/parser.ts";
export { ErrorEvent, EventSource, type EventSourceEventMap } from "../web/event-source/event-source.ts";
export type { EventSourceInit, Fetch } from "../web/event-source/options.ts";
