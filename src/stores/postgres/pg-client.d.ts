declare module 'pg/lib/client.js' {
  import type { Client } from 'pg'

  /** What the types of pg do not name. */
  export default class PgClient extends Client {
    ref(): void
    unref(): void
    readonly connection: { readonly stream: { destroy(): void } }
  }
}
