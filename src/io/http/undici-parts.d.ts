// The two parts of undici that we load: the whole package costs a fresh process twice as much.
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}

declare module 'undici/lib/core/connect.js' {
  import type { Socket } from 'node:net'
  import type { TLSSocket } from 'node:tls'
  import type { buildConnector } from 'undici'

  type Connect = (
    options: buildConnector.Options,
    callback: buildConnector.Callback,
  ) => Socket | TLSSocket
  export default function build(options: buildConnector.BuildOptions): Connect
}
