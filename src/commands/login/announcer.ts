import type { Announcer } from '../../core/announcer.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { instant, wantsJson, type Document } from '../output/json.ts'

/**
 * What shows a code for another device to whoever reads standard error, where nobody can be asked.
 * Where JSON was asked for, that is one line of it, for a program to show in its own way.
 */
export async function announcerFor(context: Context, flags: LoginFlags): Promise<Announcer> {
  const announcer = await context.announcer(flags)
  if (!wantsJson(flags)) return announcer
  return {
    ...announcer,
    showCode: ({ page, code, completePage, expiresAt }) => {
      const document: Document = {
        schema: 'tokn.device-code/v1',
        verification_uri: page,
        user_code: code,
        verification_uri_complete: completePage ?? null,
        expires_at: instant(expiresAt),
      }
      announcer.tell(JSON.stringify(document))
    },
  }
}
