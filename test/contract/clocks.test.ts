import { afterAll, describe, expect, it } from 'vitest'
import type { TokenSet } from '../../src/core/token.ts'
import { openProvider } from '../../src/providers/catalog.ts'
import { sandboxNames, type SandboxApi } from '../../src/sandbox/server.ts'
import { openReach } from '../oauth/reach.ts'
import { startServers, type Servers } from '../support/servers.ts'

// Seconds by which the clock of the server is ahead of ours.
const near = [1, 5, 15, 29, 30, 31, 40, 45, 50, 59, 60, 61, 75, 90, 119, 120, 121]
const offsets = [0, ...[...near, 3_600, 86_400, 172_800].flatMap((one) => [one, -one])]
const opened: Servers[] = []
afterAll(async () => {
  for (const servers of opened) await servers.close()
})

async function start(name: SandboxApi['name'], ahead: number): Promise<SandboxApi> {
  const servers = await startServers([name], { clockOffsetMs: ahead * 1_000 })
  opened.push(servers)
  return servers.api(name)
}

describe.each(sandboxNames)('%s', (name) => {
  it.each(offsets)('%d s ahead: every token ends here when it ends there', async (ahead) => {
    const api = await start(name, ahead)
    const apiUrls = api.apiUrl === undefined ? undefined : [api.apiUrl]
    const opening = { provider: name, baseUrl: api.baseUrl, apiUrls, settings: {} }
    const provider = await openProvider(opening)
    const warned: string[] = []
    const reach = { ...openReach(api.credentials), warn: (text: string) => void warned.push(text) }
    const checkEnd = ({ expiry, access }: TokenSet) => {
      const known = api.state.tokens.find((token) => token.access === access.reveal())
      const there = (known?.expiresAt ?? 0) - ahead * 1_000
      expect(expiry.state === 'at' ? Math.abs(expiry.at - there) : expiry.state).toBeLessThan(2_500)
    }
    const first = await provider.login!(reach, {})
    checkEnd(first)
    if (provider.refresh !== undefined) checkEnd(await provider.refresh(reach, first))
    if (provider.issue !== undefined) checkEnd(await provider.issue(reach, first, { name: 'ci' }))
    expect(warned).toEqual([])
  })
})
