import { ToknError } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { Secret } from '../../core/secret.ts'
import type { Attachment } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { attachToken, headerLines } from '../../session/attach-token.ts'
import { isBearer } from '../../session/carriage.ts'
import type { Fresh } from '../../session/fresh.ts'
import { isFromEnvironment, tokenInWords } from '../../session/naming.ts'
import { heedRejection } from '../../session/rejection/heed.ts'
import type { Session } from '../../session/session.ts'
import { freshRecord, readMinTtl } from '../token.ts'
import { chooseSession, type Chosen, type Giver } from './choose.ts'
import type { Asked, GivenToken } from './protocol.ts'

interface Wanted {
  readonly bearer?: boolean
}

/** What `CredentialWorld.give` does. */
export async function giveToken(
  giver: Giver,
  asked: Asked,
  wanted: Wanted,
): Promise<GivenToken | undefined> {
  const chosen = await chooseSession(giver, asked)
  const found = chosen && (await findFresh(giver, chosen, wanted))
  if (chosen === undefined || found === undefined) return undefined
  const { session, fresh } = found
  const { record } = fresh
  // What is kept beside the token has the last word, whatever the files say that anybody can edit.
  if (chosen.origins?.some((origin) => record.origins.includes(origin)) === false) {
    const said = words.credentialHelpers.notThere(tokenInWords(session), chosen.origins[0])
    if (chosen.fromEnvironment) giver.sayForeign(said)
    else giver.say(said)
    return undefined
  }
  if (wanted.bearer === true) requireBearer(session, record.attach)
  return describe(session, record)
}

async function findFresh(
  giver: Giver,
  chosen: Chosen,
  wanted: Wanted,
): Promise<{ readonly session: Session; readonly fresh: Fresh } | undefined> {
  const { context, flags } = giver
  if (chosen.fromEnvironment) return await findInEnvironment(giver, chosen, wanted)
  const { session, ...fresh } = await freshRecord(context, chosen.name, flags)
  const options = { minTtl: readMinTtl(context, flags), mayAskAgent: true }
  return { session, fresh: await heedRejection(session, fresh, options) }
}

/** A login is not made for what its token may not be sent to. */
async function findInEnvironment(
  { context, flags, sayForeign }: Giver,
  { origins }: Chosen,
  { bearer }: Wanted,
): ReturnType<typeof findFresh> {
  const foreign = new Error('not one of its origins')
  try {
    const { session, ...fresh } = await freshRecord(
      context,
      undefined,
      flags,
      (provider, profile) => {
        if (origins?.some((origin) => provider.origins.includes(origin)) === false) throw foreign
        if (bearer !== true || provider.attachVaries === true) return
        requireBearer({ profile }, provider.attach({ context: {} }, profile.settings))
      },
    )
    return { session, fresh }
  } catch (error) {
    if (error !== foreign) throw error
    sayForeign(words.credentialHelpers.notThere(words.session.tokenOfThisLogin(), origins?.[0]))
    return undefined
  }
}

function describe({ profile }: Session, record: SessionRecord): GivenToken {
  const { access, expiry, origins, attach } = record
  return {
    profile: isFromEnvironment(profile) ? undefined : profile.name,
    access,
    headers: headerLines(attachToken(record)),
    isBearer: isBearer(attach),
    expiresAt: expiry.state === 'at' ? expiry.at : undefined,
    origins,
    record,
  }
}

/** Throws `unsupported`, with how the token travels, where that is not as `Authorization: Bearer`. */
function requireBearer({ profile }: Pick<Session, 'profile'>, attach: Attachment): void {
  if (isBearer(attach)) return
  const attached = attachToken({ attach, access: new Secret('') })
  const said = words.credentialHelpers.notBearer(tokenInWords(profile), {
    headers: headerLines(attached).map(([name]) => name),
    query: attached.query.map(([name]) => name),
    bound: attach.bound === true,
  })
  throw new ToknError('unsupported', said)
}
