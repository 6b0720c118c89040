// Not by the name of the package: that entry warns of each runtime that its authors no longer test.
declare module 'oidc-provider/lib/provider.js' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  // Its own types are a package apart; the tests need no more than this.
  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    readonly Grant: {
      new (of: { readonly accountId: string | undefined; readonly clientId: string }): OidcGrant
      find(id: string): Promise<OidcGrant>
    }
    readonly AccessToken: {
      find(token: string): Promise<OidcAccessToken | undefined>
    }
    readonly Client: { readonly adapter: { destroy(id: string): Promise<void> } }
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<OidcInteraction>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
    ): Promise<void>
    registerGrantType(
      name: string,
      // oxlint-disable-next-line typescript/no-explicit-any
      handler: (ctx: any) => Promise<void>,
      parameters: readonly string[],
    ): void
    on(event: string, listener: (...parameters: readonly unknown[]) => void): void
  }

  export interface OidcAccessToken {
    readonly aud: string
    /** Epoch seconds. */
    readonly exp: number
    readonly accountId: string
    readonly clientId: string
    readonly scope?: string
    destroy(): Promise<void>
  }

  export interface OidcGrant {
    addOIDCScope(scope: string): void
    addOIDCClaims(claims: readonly string[]): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export interface OidcInteraction {
    readonly uid: string
    readonly grantId?: string
    readonly session?: { readonly accountId: string }
    readonly params: { readonly client_id: string }
    readonly prompt: {
      readonly name: string
      readonly details: {
        readonly missingOIDCScope?: readonly string[]
        readonly missingOIDCClaims?: readonly string[]
        readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
      }
    }
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  export function createMemoryAdapter(): (model: string) => unknown
}
