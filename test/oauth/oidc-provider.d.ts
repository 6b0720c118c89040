declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  // Its own types are a package apart; the tests need no more than this.
  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    registerGrantType(
      name: string,
      // oxlint-disable-next-line typescript/no-explicit-any
      handler: (ctx: any) => Promise<void>,
      parameters: readonly string[],
    ): void
    on(event: string, listener: (...parameters: readonly unknown[]) => void): void
  }
}
