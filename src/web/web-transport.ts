/**
 * Here so that imports of it resolve: there is no WebTransport yet. Named in `transports` it is refused, as the name
 * `"webtransport"` is.
 */
export class WebTransport {
  static readonly transport: string = "";
  readonly name = "webtransport";
}
