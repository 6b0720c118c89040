import { ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Field, Provider } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import { openAnswered, withSettings, type Opened } from '../../session/login/open-provider.ts'
import type { GivenRefresh, Pasted } from '../../session/login/pasted.ts'
import type { Ports } from '../../session/ports.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import type { Draft } from './draft.ts'
import type { LoginFlags } from '../flags/login.ts'
import { refuseForeign } from './unread.ts'
import { secretFiles } from '../flags/oauth.ts'

/** Answers to the fields of a provider: flags, environment, the profile, and then the user. */
export async function answerFields(
  context: Context,
  ports: Ports,
  { profile, set }: Draft,
  flags: LoginFlags,
  interaction: Interaction | undefined,
  pasted: Pasted | GivenRefresh | undefined,
): Promise<Opened> {
  const provider = await ports.provider(withSettings(profile, set))
  refuseForeign(provider, flags)
  const username = provider.fields.find(({ name }) => name === 'username' || name === 'email')
  const named =
    flags.username === undefined || username === undefined
      ? {}
      : { [username.name]: flags.username }
  return await openAnswered(
    ports,
    profile,
    {
      set: { ...set, ...named },
      secrets: await readSecrets(context, provider, flags),
      fromEnvironment: context.environment.fromEnvironment,
      interaction,
    },
    pasted === undefined
      ? undefined
      : (fields) => withoutLogin(fields, takenWith(provider, pasted, interaction)),
  )
}

/**
 * A pasted token comes without the login that made it: nothing is asked but what is `needed` later,
 * and what is given is taken. Secrets are those that the session is used with.
 */
export function withoutLogin(
  fields: readonly Field[],
  { needed, secrets }: Taken = { needed: [], secrets: [] },
): readonly Field[] {
  return fields
    .filter(({ name, secret }) => secret !== true || secrets.includes(name))
    .map((field) =>
      field.secret !== true && needed.includes(field.name)
        ? field
        : { ...field, optional: true, askUnless: undefined },
    )
}

/** Names of the fields that go with a pasted token. */
interface Taken {
  readonly needed: readonly string[]
  readonly secrets: readonly string[]
}

function takenWith(
  { refreshFields = [], asks = {} }: Provider,
  pasted: Pasted | GivenRefresh,
  interaction: Interaction | undefined,
): Taken {
  const renews = !('given' in pasted) || pasted.refresh !== undefined || 'reply' in pasted.given
  // Without a person a missing answer is told, and no reason to refuse the token.
  const needed = renews && interaction !== undefined ? refreshFields : []
  return { needed, secrets: Object.values(asks).flat() }
}

async function readSecrets(
  context: Context,
  provider: Provider,
  flags: LoginFlags,
): Promise<Readonly<Record<string, Secret>>> {
  const main = mainSecret(provider)
  const secrets: Record<string, Secret> = {}
  if (flags.passwordStdin === true || flags.secretFile !== undefined) {
    if (main === undefined) throw new ToknError('usage', words.loginFlags.noSecretAsked())
    secrets[main] =
      flags.secretFile === undefined
        ? await context.terminal.readSecret(words.loginFlags.aPassword())
        : await context.terminal.readSecretFile(flags.secretFile)
  }
  for (const [name, path] of Object.entries(secretFiles(flags))) {
    secrets[name] = await context.terminal.readSecretFile(path)
  }
  return secrets
}

/** The secret that a login is about: the password where one is needed, else the last that is. */
function mainSecret(provider: Provider): string | undefined {
  const secrets = provider.fields.filter(({ secret }) => secret === true)
  const needed = secrets.filter(({ optional }) => optional !== true)
  const names = (needed.length > 0 ? needed : secrets).map(({ name }) => name)
  const preferred = needed.length > 0 ? 'password' : 'client_secret'
  return names.find((name) => name === preferred) ?? names.at(-1)
}
