import type { HeldLock, Http, Store } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Grant } from '../core/token.ts'
import type { CheckRequest, CheckResult } from './check.ts'
import type { Credentials, Forgotten } from './credentials.ts'
import { fresh, type Fresh, type FreshOptions } from './fresh.ts'
import type { FreshIdToken } from './id-token.ts'
import type { SessionInfo } from './info.ts'
import type { Issued } from './issue/issue.ts'
import type { TokenList } from './list.ts'
import type { LoginRequest } from './login/login.ts'
import type { ScopeList } from './scope-list.ts'
import type { SavedSession } from './save-session.ts'
import type { EachPage } from './stream-list.ts'
import { sourceOf, type SessionSource } from './naming.ts'
import type { Ports } from './ports.ts'
import type { RefreshOptions, Refreshed } from './refresh-session.ts'
import type { LogoutOptions, LogoutResult } from './revoke/logout.ts'
import type { RevokeOptions } from './revoke/revoke.ts'
import type { Revocation } from './revoke/verify.ts'
import { entryOf, findRecord, readRecord } from './stored-record.ts'
import type { Condition } from './usable.ts'
import { withLock } from './with-lock.ts'

/**
 * The session of a profile, opened: what can be done with it. Nothing of it is read before it is
 * needed, and the code of a use case is loaded when that is called.
 */
export class Session {
  readonly ports: Ports
  readonly profile: Profile

  constructor(ports: Ports, profile: Profile) {
    this.ports = ports
    this.profile = profile
  }

  get id(): string {
    return this.profile.id
  }

  get name(): string {
    return this.profile.name
  }

  /** The name under which it is locked and journalled. */
  get entry(): string {
    return entryOf(this.profile)
  }

  /** Where it comes from: the store, a token in the environment, or a login made of variables. */
  get source(): SessionSource {
    return sourceOf(this.profile)
  }

  /** The session of another profile. */
  of(profile: Profile): Session {
    return new Session(this.ports, profile)
  }

  store(): Promise<Store> {
    return this.ports.store(this.profile.store, this.profile.id)
  }

  provider(): Promise<Provider> {
    return this.ports.provider(this.profile)
  }

  http(): Promise<Http> {
    return this.ports.http(this.profile)
  }

  /** Runs `work` with the lock of its store entry held. Throws `busy` and what `work` throws. */
  locked<Result>(work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    return withLock(this.ports, this.entry, work)
  }

  /** What is stored. Throws `reauth_required` where it cannot be used, `store`. */
  readRecord(): Promise<SessionRecord> {
    return readRecord(this)
  }

  /** What is stored, whatever became of the profile; `undefined` for nothing. Throws `store`. */
  findRecord(): Promise<SessionRecord | undefined> {
    return findRecord(this)
  }

  fresh(options: FreshOptions = {}): Promise<Fresh> {
    return fresh(this, options)
  }

  async idToken(options: FreshOptions = {}): Promise<FreshIdToken> {
    return await (await import('./id-token.ts')).freshIdToken(this, options)
  }

  async refresh(options: RefreshOptions): Promise<Refreshed> {
    return await (await import('./refresh-session.ts')).refreshSession(this, options)
  }

  async list(): Promise<TokenList> {
    return await (await import('./list.ts')).listRemote(this)
  }

  async streamList(each: EachPage): Promise<TokenList> {
    return await (await import('./stream-list.ts')).streamRemote(this, each)
  }

  /** Notes that its token was used at that instant, in epoch milliseconds, where use prolongs it. */
  async prolong(used: SessionRecord, usedAt: number): Promise<void> {
    await (await import('./prolong.ts')).prolong(this, used, usedAt)
  }

  async listScopes(): Promise<ScopeList> {
    return await (await import('./scope-list.ts')).listScopes(this)
  }

  async inspect(options: { readonly local: boolean }): Promise<SessionInfo> {
    return await (await import('./info.ts')).inspect(this, options)
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    return await (await import('./check.ts')).checkSession(this, request)
  }

  async condition(): Promise<Condition> {
    return await (await import('./usable.ts')).readCondition(this)
  }

  async login(request: LoginRequest): Promise<SavedSession> {
    return await (await import('./login/login.ts')).login(this, request)
  }

  /** Throws where no session could be kept; see `proveBeforeQuestions`. */
  async proveBeforeQuestions(origin: string): Promise<void> {
    await (await import('./login/prove-before.ts')).proveBeforeQuestions(this, origin)
  }

  /** Keeps the credentials of a login with what it has left; see `keepCredentials`. */
  async keepCredentials(login: SessionRecord, credentials: Credentials): Promise<boolean> {
    return await (await import('./credentials.ts')).keepCredentials(this, login, credentials)
  }

  async forgetCredentials(): Promise<Forgotten> {
    return await (await import('./credentials.ts')).forgetCredentials(this)
  }

  async issue(grant: Grant, saveAs?: string): Promise<Issued> {
    return await (await import('./issue/issue.ts')).issueToken(this, grant, saveAs)
  }

  async revoke(words: readonly string[], options: RevokeOptions): Promise<readonly Revocation[]> {
    return await (await import('./revoke/revoke.ts')).revokeTokens(this, words, options)
  }

  async logout(options: LogoutOptions): Promise<LogoutResult> {
    return await (await import('./revoke/logout.ts')).logout(this, options)
  }

  async planRefresh(options: RefreshOptions): Promise<string> {
    return await (await import('./plan.ts')).planRefresh(this, options)
  }

  async planIssue(grant: Grant, saveAs?: string): Promise<string> {
    return await (await import('./plan.ts')).planIssue(this, grant, saveAs)
  }

  async planLogout(options: LogoutOptions): Promise<string> {
    return await (await import('./plan.ts')).planLogout(this, options)
  }
}

export function openSession(ports: Ports, profile: Profile): Session {
  return new Session(ports, profile)
}
