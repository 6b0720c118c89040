import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { fastClock, openReach, person } from './reach.ts'
import { logInAs, UserAgent } from './user-agent.ts'

let server: OidcServer
beforeAll(async () => {
  server = await startOidc()
})
afterAll(async () => server.stop())

async function open(settings: Readonly<Record<string, string>> = {}) {
  return await openOauth({ settings: { issuer: server.issuer, client_id: 'native', ...settings } })
}

describe('oidc-provider: device flow', () => {
  it('shows a code and waits until somebody has entered it', async () => {
    const provider = await open({ flow: 'device' })
    const interaction = person({})
    const clock = fastClock(300)
    const approved = new Promise<string>((resolve) => {
      const draw = interaction.draw.bind(interaction)
      interaction.draw = async (url) => {
        await draw(url)
        resolve(logInAs('alice', url))
      }
    })
    const tokens = await provider.login!(openReach({}, { interaction, clock }), {})
    expect(await approved).toContain('Sign-in Success')
    expect(tokens.context).toMatchObject({ flow: 'device', sub: 'alice' })
    expect(tokens.refresh).toBeDefined()
    const code = /the code ([A-Z]{4}-[A-Z]{4})$/.exec(interaction.told[0]!)?.[1]
    expect(interaction.copied).toEqual([code])
    expect(interaction.drawn[0]).toContain(`user_code=${code}`)
    expect(clock.waits.every((wait) => wait >= 5_000 && wait <= 60_000)).toBe(true)
  })

  it('is what is left where no browser can be opened', async () => {
    const provider = await open()
    const interaction = person({})
    interaction.draw = async (url) => void (await logInAs('alice', url))
    const tokens = await provider.login!(openReach({}, { interaction }), {})
    expect(tokens.context['flow']).toBe('device')
  })

  it('says that the person declined', async () => {
    const provider = await open({ flow: 'device' })
    const interaction = person({})
    interaction.draw = async (url) => {
      const agent = new UserAgent()
      const page = await agent.get(url)
      const { url: action, body } = agent.fill(page, {})
      body.set('abort', 'yes')
      await agent.send(action, body)
    }
    await expect(provider.login!(openReach({}, { interaction }), {})).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'denied' },
    })
  })

  it('gives up when nobody enters the code', async () => {
    const provider = await open({ flow: 'device' })
    const clock = fastClock()
    const reach = openReach({}, { interaction: person({}), clock })
    await expect(provider.login!(reach, {})).rejects.toMatchObject({
      code: 'reauth_required',
      details: { refusal: 'expired' },
    })
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(31 * 60_000)
  })
})
