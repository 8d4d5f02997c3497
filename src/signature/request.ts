/**
 * What arrived, exactly as it was sent. The library never sees a server's request object: an edge fills these fields.
 */
export interface SignedRequest {
  readonly method: string;
  /**
   * The public URL as it is configured at the provider, with the query as it was received. Never rebuilt from `Host`:
   * behind a proxy that is another URL, and the ones who sign the URL sign the configured one.
   */
  readonly url: string;
  /** Header lines in the order of arrival; names in any case; a repeated header is two entries. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body before any decoding, `Content-Encoding` included. */
  readonly rawBody: Uint8Array;
  /** The body after `Content-Encoding` is undone, with caps of the edge's own; asked for only where a scheme needs it. */
  readonly decodedBody?: (isVerified: boolean) => Uint8Array | undefined;
  /** The body unpacked if it can be, whatever its headers say; asked for once it is verified, where it is no text. */
  readonly unpackedBody?: () => Uint8Array | undefined;
  /** The client's IP address, for allowlists. The edge decides which proxy headers it believes. */
  readonly remoteAddress?: string;
}
