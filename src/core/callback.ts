export interface ListenOptions {
  /** Path of the redirect URI, as URLs have it; anything else is answered 404. */
  readonly path: string
  /** Loopback host that the redirect URI names. Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default, or 0: any free one. */
  readonly port?: number | undefined
  /** Milliseconds until `wait` gives up with `reauth_required`. */
  readonly timeout: number
  /** Whether a callback is the expected one (its `state` is right); others are refused and waited past. */
  accepts(callback: URL): boolean
  /** Name of the provider, for the page that the browser shows. */
  readonly title: string
}

export interface Listener {
  readonly redirectUri: string
  /** The first accepted callback, with its query. */
  wait(): Promise<URL>
  close(): Promise<void>
}
