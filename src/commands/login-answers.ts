import { ToknError } from '../core/errors.ts'
import type { Interaction } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider } from '../core/provider.ts'
import type { Secret } from '../core/secret.ts'
import { collectAnswers, type Answers } from '../session/answers.ts'
import type { Context } from './context.ts'
import type { LoginFlags } from './login-flags.ts'

/** Answers to the fields of a provider: flags, environment, the profile, and then the user. */
export async function answerFields(
  context: Context,
  provider: Provider,
  profile: Profile,
  flags: LoginFlags,
  interaction: Interaction | undefined,
  pasted: Secret | undefined,
): Promise<Answers> {
  // A pasted token comes without the login that made it: nothing is asked, what is given is taken.
  const fields =
    pasted === undefined
      ? provider.fields
      : provider.fields
          .filter(({ secret }) => secret !== true)
          .map((field) => ({ ...field, optional: true }))
  const username = provider.fields.find(({ name }) => name === 'username' || name === 'email')
  const set: Record<string, string> = { ...profile.settings }
  if (flags.username !== undefined && username !== undefined) set[username.name] = flags.username
  return await collectAnswers(fields, {
    set,
    secrets: await readSecrets(context, provider, flags),
    fromEnvironment: context.environment.fromEnvironment,
    interaction,
  })
}

async function readSecrets(
  context: Context,
  provider: Provider,
  flags: LoginFlags,
): Promise<Readonly<Record<string, Secret>>> {
  const names = provider.fields.filter(({ secret }) => secret === true).map(({ name }) => name)
  const main = names.find((name) => name === 'password') ?? names.at(-1)
  const secrets: Record<string, Secret> = {}
  if (flags.passwordStdin === true || flags.secretFile !== undefined) {
    if (main === undefined) throw new ToknError('usage', 'this provider asks for no secret')
    secrets[main] =
      flags.secretFile === undefined
        ? await context.terminal.readSecret('a password')
        : await context.terminal.readSecretFile(flags.secretFile)
  }
  if (flags.clientSecretFile !== undefined) {
    secrets['client_secret'] = await context.terminal.readSecretFile(flags.clientSecretFile)
  }
  return secrets
}

/** Whether the secrets of the login are to be kept: as the flags say, else as the user says. */
export async function shallRemember(
  context: Context,
  provider: Provider,
  flags: LoginFlags,
  interaction: Interaction | undefined,
): Promise<boolean> {
  if (flags.remember !== undefined) return flags.remember
  const secret = provider.fields.some((field) => field.secret === true && field.optional !== true)
  if (!secret || interaction === undefined) return false
  return (
    (await context.confirm(flags, 'Keep the credentials too, to log in again unattended?')) === true
  )
}
