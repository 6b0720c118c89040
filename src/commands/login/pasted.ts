import { readDuration } from '../../core/duration.ts'
import { isToknError, ToknError, type Said } from '../../core/errors.ts'
import { claimedExpiry } from '../../core/jwt.ts'
import { readPastedText, type PastedText } from '../../core/pasted-text.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Provider } from '../../core/provider.ts'
import { Secret } from '../../core/secret.ts'
import { checkGivenToken, type Attachment } from '../../core/token.ts'
import { askAgain } from '../../session/login/ask.ts'
import { withSettings } from '../../session/login/open-provider.ts'
import type { GivenRefresh, Pasted } from '../../session/login/pasted.ts'
import type { Ports } from '../../session/ports.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import { readGrant } from '../flags/grant.ts'
import { withoutYes, type LoginFlags } from '../flags/login.ts'
import { isQuiet } from '../output/json.ts'
import type { Draft } from './draft.ts'
import { choosesToken } from './choose-way.ts'

/**
 * Tokens that were made elsewhere, where the flags or the user say that there are any: from standard
 * input, or from a hidden prompt in a terminal. Throws `usage` for what is no token.
 */
export async function readPasted(
  context: Context,
  ports: Ports,
  { profile, set }: Draft,
  flags: LoginFlags,
  interaction: Interaction | undefined,
): Promise<Pasted | GivenRefresh | undefined> {
  const drafted = withSettings(profile, set)
  const { settings } = drafted
  const provider = await ports.provider(drafted)
  if (flags.withRefreshToken === true) {
    return { refreshToken: await readGivenRefresh(context, provider, interaction) }
  }
  if (flags.withToken !== true) {
    const chosen = await choosesToken(context, provider, settings, flags, interaction)
    if (!chosen) return undefined
  }
  const end = readEnd(flags, ports.clock.now())
  const attachment = attachmentOf(provider, settings)
  const read = (text: string) => readPastedText(text, attachment, words.loginFlags.aToken())
  const text =
    interaction === undefined
      ? read(await context.terminal.readText(words.loginFlags.aToken()))
      : await askAgain(async () => await askToken(interaction, provider, read), interaction.tell)
  if (text.removed.length > 0) ports.warn(words.pasted.tookOff(text.removed))
  const given = 'reply' in text ? { reply: text.reply } : { access: text.access }
  const refresh = await findRefresh(context, provider, text, interaction)
  return {
    given,
    refresh,
    end: end ?? (await askEnd(provider, text, refresh, interaction, ports)),
    ...(interaction === undefined
      ? {}
      : {
          keepRefused: async (refused: string) =>
            (await context.confirm(withoutYes(flags), words.pasted.keepAnyway(refused))) === true,
        }),
    ...(isQuiet(flags) ? {} : { tell: context.terminal.say }),
  }
}

/** The flags without those that say of a pasted token when it ends, and ask nothing of a provider. */
export function withoutEnd(flags: LoginFlags): LoginFlags {
  const { expiresIn: _, expiresAt: __, ...others } = flags
  return others
}

/** Epoch milliseconds. Throws `usage` for an end that is past. */
function readEnd(
  { expiresIn, expiresAt }: Pick<LoginFlags, 'expiresIn' | 'expiresAt'>,
  now: number,
): number | undefined {
  const { lifetime, until } = readGrant(
    {
      ...(expiresIn === undefined ? {} : { expiresIn }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    now,
  )
  return until ?? (lifetime === undefined ? undefined : now + lifetime)
}

/** How its tokens travel: what is copied with one is known by that. */
function attachmentOf(provider: Provider, settings: Readonly<Record<string, string>>): Attachment {
  try {
    return provider.attach({ context: {} }, settings)
  } catch (error) {
    // An answer that it needs is not there yet.
    if (isToknError(error, 'usage', 'reauth_required')) return {}
    throw error
  }
}

async function askToken(
  interaction: Interaction,
  { title }: Provider,
  read: (text: string) => PastedText,
): Promise<PastedText> {
  const text = read(await interaction.ask(words.pasted.askToken(title), { pasted: true }))
  if ('reply' in text && !isWhole(text.reply)) {
    throw new ToknError('usage', words.pasted.partOfDocument())
  }
  return text
}

function isWhole(document: Secret): boolean {
  try {
    JSON.parse(document.reveal())
    return true
  } catch {
    return false
  }
}

/** The refresh token that is not in a reply: from the environment, or from the user. */
async function findRefresh(
  { environment }: Context,
  provider: Provider,
  text: PastedText,
  interaction: Interaction | undefined,
): Promise<Secret | undefined> {
  if (provider.refresh === undefined) return undefined
  const variable = environment.fromEnvironment('refresh_token')
  if (variable !== undefined) return checkGivenToken(new Secret(variable))
  if (interaction === undefined || 'reply' in text) return undefined
  return await askAgain(async () => {
    const answer = await interaction.ask(words.pasted.askRefresh(), { pasted: true })
    if (answer.trim() === '') return undefined
    return refreshTokenIn(answer, words.pasted.documentForRefresh)
  }, interaction.tell)
}

/** The refresh token that is all of a session: from standard input, or from the user. */
async function readGivenRefresh(
  { terminal }: Context,
  { title }: Provider,
  interaction: Interaction | undefined,
): Promise<Secret> {
  const { askOnlyRefresh, refreshTokenAlone } = words.pasted
  if (interaction === undefined) {
    return refreshTokenIn(await terminal.readText(words.pasted.aRefreshToken()), refreshTokenAlone)
  }
  return await askAgain(
    async () =>
      refreshTokenIn(
        await interaction.ask(askOnlyRefresh(title), { pasted: true }),
        refreshTokenAlone,
      ),
    interaction.tell,
  )
}

/** Throws `usage` for what is no token, or more than one. */
function refreshTokenIn(text: string, sayDocument: () => Said): Secret {
  const read = readPastedText(text, {}, words.pasted.aRefreshToken())
  if ('access' in read) return read.access
  throw new ToknError('usage', sayDocument())
}

/** Asks for the end of a token, where neither it nor its provider says anything of it. */
async function askEnd(
  provider: Provider,
  text: PastedText,
  refresh: Secret | undefined,
  interaction: Interaction | undefined,
  { clock }: Ports,
): Promise<number | undefined> {
  if (interaction === undefined || 'reply' in text) return undefined
  if (provider.pasted?.expiry === 'never' && refresh === undefined) return undefined
  const claimed = provider.pasted?.expiry === 'jwt' && claimedExpiry(text.access.reveal())
  if (claimed !== false && claimed.state === 'at') return undefined
  return await askAgain(async () => {
    const answer = (await interaction.ask(words.pasted.askEnd())).trim()
    if (answer === '') return undefined
    const now = clock.now()
    const life = readDuration(answer)
    return life === undefined ? instantIn(answer, now) : now + life
  }, interaction.tell)
}

/** Throws `usage` for an answer that is no instant to come. */
function instantIn(answer: string, now: number): number | undefined {
  try {
    return readEnd({ expiresAt: answer }, now)
  } catch (error) {
    if (!isToknError(error, 'usage')) throw error
    throw new ToknError('usage', words.pasted.notAnEnd())
  }
}
