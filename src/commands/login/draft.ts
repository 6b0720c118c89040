import { resolve } from 'node:path'
import { checkBaseUrl } from '../../core/base-url.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import { checkProfileName, type Profile } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { folderProfile, outlineOf, type ProfileChoice } from '../../session/choose-profile.ts'
import type { Ports } from '../../session/ports.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { oauthSettings } from '../flags/oauth.ts'
import { readPairs } from '../flags/pairs.ts'
import { isQuiet } from '../output/json.ts'
import { announceLogin } from './announce.ts'
import { chooseBaseUrl } from './base-url.ts'
import { askName, chooseApi, namesServer, offerAnotherApi } from './choose-api.ts'
import { chooseName } from './choose-name.ts'
import { keptFor, namedIn } from '../../session/other-server.ts'
import { beginsAtResource, startingResource } from './resource.ts'

/** What a login is to make or renew, before its fields are answered. */
export interface Draft {
  /** Its settings are those of an earlier login. */
  readonly profile: Profile
  /** Answers on the command line, by the name of the field. */
  readonly set: Readonly<Record<string, string>>
  /** The profile of that name so far. */
  readonly before: Profile | undefined
}

export async function draftProfile(
  context: Context,
  ports: Ports,
  positional: string | undefined,
  flags: LoginFlags,
  interaction: Interaction | undefined,
): Promise<Draft> {
  if (flags.provider === '') throw new ToknError('usage', words.loginFlags.emptyProvider())
  // The address of a server says of which kind the provider is, unless that was said as well.
  const isServer = namesServer(flags)
  const said = flags.provider ?? (isServer ? undefined : context.environment.provider)
  const choice = context.choice(flags, positional)
  const named =
    (await chooseName(choice, interaction)) ?? boundName(context, ports, choice, flags, said)
  const usual = named === undefined ? usualName(ports, flags, said) : undefined
  const begins = isServer || startingResource(context, flags) !== undefined
  const isOpen = said === undefined && !begins && flags.yes !== true
  const providers = await context.providers(flags)
  const other =
    usual === undefined || !isOpen
      ? undefined
      : await offerAnotherApi(context, flags, providers, usual)
  const known = other === undefined ? (named ?? usual) : undefined
  const knownOne = known === undefined ? undefined : readProfile(ports, known, flags)
  const stated = said ?? knownOne?.provider
  const { id: providerId, isPicked } =
    other ??
    (stated === undefined
      ? await chooseApi(context, flags, providers, known)
      : { id: stated, isPicked: false })
  const given = known ?? (isPicked ? await askName(interaction, providerId) : undefined)
  const name = checkProfileName(given ?? providerId)
  const before = given === undefined ? undefined : readProfile(ports, name, flags)
  const store = context.storeKind(flags, before?.store)
  const answered = { ...readPairs(flags.set, '--set', 'NAME=VALUE'), ...oauthSettings(flags) }
  const former = before?.provider === providerId ? before : undefined
  const same = former && (await forServer(context, ports, flags, former, answered))
  const { client_id: _, ...unnamed } = same?.settings ?? {}
  const settings = flags.register === true ? unnamed : (same?.settings ?? {})
  const keyCertificate = certificateOfKey(context, flags, { ...settings, ...answered })
  const set = { ...answered, ...keyCertificate }
  const outlined = { name, store, settings, baseUrl: flags.baseUrl ?? same?.baseUrl }
  // The resource has yet to say where it is that logins are made.
  const isElsewhere =
    startingResource(context, flags) !== undefined &&
    beginsAtResource({ profile: { ...outlined, provider: providerId } })
  const shown = isElsewhere ? { ...outlined, settings: {} } : outlined
  const summary = providers.find((one) => one.id === providerId)
  announceLogin(context, ports, flags, summary?.title ?? providerId, { profile: shown, set })
  const baseUrl = await chooseBaseUrl(context, flags, summary, same, interaction)
  const apiUrls = flags.apiUrl?.map(
    (url) => new URL(checkBaseUrl(url, words.loginFlags.apiUrl())).origin,
  )
  const certificate =
    flags.cert === undefined || keyCertificate !== undefined
      ? same?.certificate
      : resolve(flags.cert)
  const key = flags.key === undefined ? same?.key : resolve(flags.key)
  if ((certificate === undefined) !== (key === undefined)) {
    throw new ToknError('usage', words.loginFlags.halfAPair())
  }
  const profile: Profile = {
    name,
    id: before?.id ?? outlineOf(ports.profiles, name)?.id ?? ports.randomId(),
    provider: providerId,
    baseUrl,
    apiUrls: apiUrls ?? context.environment.apiUrls ?? same?.apiUrls,
    hosts: same?.hosts,
    settings,
    overrides:
      flags.override === undefined
        ? same?.overrides
        : readPairs(flags.override, '--override', 'PATH=VALUE'),
    store,
    // Where it was, it stays: nothing else may say where that is.
    ...(before?.store === store ? { storeUrl: before.storeUrl, offline: before.offline } : {}),
    ca: flags.ca === undefined ? same?.ca : resolve(flags.ca),
    proxy: flags.proxy ?? same?.proxy,
    certificate,
    key,
  }
  return { profile, set, before }
}

/** The profile so far, without what is of another server than the one that is named now. */
async function forServer(
  { environment }: Context,
  ports: Ports,
  flags: LoginFlags,
  before: Profile,
  answered: Draft['set'],
): Promise<Profile> {
  const { fields } = await ports.provider({ ...before, settings: {} }).catch((error: unknown) => {
    // What is wrong with the profile is told where it is used.
    if (!isToknError(error)) throw error
    return { fields: [] }
  })
  const named = namedIn(fields, answered, environment.fromEnvironment)
  // A variable with a base URL may be there for another API.
  return { ...before, ...keptFor(fields, before, named, flags.baseUrl) }
}

/**
 * Where `--cert` has no `--key` beside it, but the client signs with a private key, the certificate is
 * that of this key: its thumbprint goes into what is signed (RFC 7515 section 4.1.7).
 */
function certificateOfKey(
  { environment }: Context,
  { cert, key }: LoginFlags,
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  if (cert === undefined || key !== undefined) return undefined
  const signs =
    settings['private_key_file'] ??
    environment.fromEnvironment('private_key_file') ??
    environment.fromEnvironment('private_key')
  return signs === undefined ? undefined : { certificate_file: resolve(cert) }
}

/** The profile of the folder, unless the provider is said and is another one than its own. */
function boundName(
  { terminal }: Context,
  ports: Ports,
  choice: ProfileChoice,
  flags: LoginFlags,
  said: string | undefined,
): string | undefined {
  const folder = folderProfile(choice)
  if (folder === undefined) return undefined
  const { name, shown } = folder
  const own = said === undefined ? undefined : readProfile(ports, name, flags)?.provider
  const other = own !== said && own !== undefined
  const { loginAs, loginNotAs } = words.folders
  if (!isQuiet(flags)) terminal.say(other ? loginNotAs(name, shown, own) : loginAs(name, shown))
  return other ? undefined : name
}

/** The default profile, unless the provider is said and is another one than its own. */
function usualName(ports: Ports, flags: LoginFlags, said: string | undefined): string | undefined {
  const usual = flags.provider === undefined ? ports.profiles.defaultName() : undefined
  if (usual === undefined || said === undefined) return usual
  return readProfile(ports, usual, flags)?.provider === said ? usual : undefined
}

/** The profile as it is; one that is damaged is written anew where the command says all that it needs. */
function readProfile(ports: Ports, name: string, flags: LoginFlags): Profile | undefined {
  try {
    return ports.profiles.get(name)
  } catch (error) {
    if (!isToknError(error, 'usage') || flags.provider === undefined) throw error
    // A file of which nothing can be read is not written over: that throws here.
    outlineOf(ports.profiles, name)
    return undefined
  }
}
