import { describe, expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profile.ts'
import type { Context } from '../../../src/commands/context.ts'
import { chooseBaseUrl } from '../../../src/commands/login/base-url.ts'
import { builtIns } from '../../../src/providers/catalog.ts'

const [oz] = builtIns()
  .filter(({ id }) => id === 'oz')
  .map((one) => ({ ...one, source: 'built-in' as const }))

/** Chooses that of a login to Oz; `lines` are what was said. */
async function choose(
  variable: string | undefined,
  flags: { readonly baseUrl?: string; readonly quiet?: boolean } = {},
  before?: string,
) {
  const lines: string[] = []
  const context = {
    environment: { baseUrl: variable },
    terminal: { say: (text: string) => void lines.push(text) },
  } as unknown as Context
  const profile = before === undefined ? undefined : ({ baseUrl: before } as Profile)
  return { url: await chooseBaseUrl(context, flags, oz, profile, undefined), lines }
}

const pasted = 'https://api.example/api/authorize/auth'
const taken = { url: 'https://api.example', lines: ['base URL taken as https://api.example'] }

describe('where a login goes', () => {
  it('is the same address whether a flag or the variable says it', async () => {
    expect(await choose(undefined, { baseUrl: pasted })).toEqual(taken)
    expect(await choose(pasted)).toEqual(taken)
    expect(await choose(pasted, { quiet: true })).toEqual({ ...taken, lines: [] })
    expect(await choose('https://api.example/')).toEqual({ ...taken, lines: [] })
  })

  it('is what the flag says before the variable, and that before the profile', async () => {
    const other = 'https://other.example'
    expect((await choose(pasted, { baseUrl: other })).url).toBe(other)
    expect((await choose(other, {}, pasted)).url).toBe(other)
    // What a profile has was taken once.
    expect(await choose(undefined, {}, pasted)).toEqual({ url: pasted, lines: [] })
  })

  it.each([
    ['not a url', undefined, 'TOKN_BASE_URL'],
    ['not a url', 'https://api.example/?x', 'the base URL'],
  ])('names what says it wrongly: %j, %j', async (variable, baseUrl, what) => {
    const flags = baseUrl === undefined ? {} : { baseUrl }
    await expect(choose(variable, flags)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(new RegExp(`^${what}`)) as string,
    })
  })
})
