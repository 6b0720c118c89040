declare module 'pg/lib/client.js' {
  import type { Client } from 'pg'

  /** What is read from: a socket, with TLS or without. */
  export interface PgStream {
    on(event: string, heard: (chunk: Buffer) => void): unknown
  }

  /** What the types of pg do not name. */
  export default class PgClient extends Client {
    ref(): void
    unref(): void
    readonly connection: {
      readonly stream: { destroy(): void }
      attachListeners(stream: PgStream & { destroy(error?: Error): void }): void
      on(event: string, heard: () => void): unknown
    }
  }
}
