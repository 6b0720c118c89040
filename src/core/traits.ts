import type { Attachment } from './token.ts'

/** What users can be told of an API before they have a session; texts as its definition has them. */
export interface Traits {
  /** How the token travels: `{access}` in headers, query values and cookies. */
  readonly carrier: Pick<Attachment, 'headers' | 'query' | 'cookies'>
  /** Absent: no scopes can be asked for. */
  readonly scopes?: ScopeTraits | undefined
  /** How long an access token lives where no reply says it: "15m". */
  readonly lifetime?: string | undefined
  /** Each use of a token prolongs it. */
  readonly sliding?: boolean | undefined
  /** Absent: no lifetime can be asked for. */
  readonly lifetimes?: LifetimeTraits | undefined
}

export interface ScopeTraits {
  /** `method-path`: "GET /objects". Default: any text. */
  readonly form?: 'any' | 'token' | 'method-path' | undefined
  /** The only ones. */
  readonly choices?: readonly string[] | undefined
  /** Some of them. */
  readonly known?: readonly string[] | undefined
  /** What a token without scopes may do: everything that its user may. */
  readonly unscoped?: 'all' | undefined
}

interface LifetimeTraits {
  readonly least?: string | undefined
  readonly most?: string | undefined
  readonly step?: string | undefined
  readonly choices?: readonly string[] | undefined
}
