import { describe, expect, it } from 'vitest'
import { terraformProtocol } from '../../../../src/commands/credential/terraform.ts'
import { givenToken, runProtocol } from './world.ts'

const given = givenToken()

describe('what Terraform is told of a host', () => {
  it.each(['app.terraform.io', 'localhost:8443', '127.0.0.1:9', 'xn--80ak6aa92e.example'])(
    'is the token: %s',
    async (host) => {
      const ran = await runProtocol(terraformProtocol, { operands: ['get', host], given })
      expect(ran).toMatchObject({ status: 0, out: '{"token":"the-token"}\n', reads: 0 })
      expect(ran.asked).toEqual([[{ target: { kind: 'host', host } }, { bearer: true }]])
    },
  )

  it('is nothing where no profile is for it', async () => {
    const ran = await runProtocol(terraformProtocol, { operands: ['get', 'evil.example'] })
    expect(ran).toMatchObject({ status: 0, out: '{}\n', error: undefined })
  })

  it.each([
    '',
    'API.example',
    'api.example.',
    '.api.example',
    'https://api.example',
    'u@api.example',
    'api.example:',
    'api.example:0443',
    'api.example/x',
    'api.example\n',
    '[::1]:8443',
    'аpi.example',
    'a b',
  ])('is nothing where that is no host as it writes them: "%s"', async (host) => {
    const ran = await runProtocol(terraformProtocol, { operands: ['get', host], given })
    expect(ran).toMatchObject({ status: 0, out: '{}\n', asked: [] })
  })
})

describe('what Terraform brings', () => {
  it('is read to its end, and not kept', async () => {
    const input = '{"token":"brought-by-it"}'
    const ran = await runProtocol(terraformProtocol, {
      operands: ['store', 'api.example'],
      input,
      given,
    })
    expect(ran).toMatchObject({ out: '', reads: 1, asked: [], error: { code: 'unsupported' } })
    expect(String(ran.error)).not.toContain('brought')
  })

  it.each(['c.example', 'api.example:8443', 'b.example', 'API.example'])(
    'is not there to be forgotten of %s',
    async (host) => {
      const ran = await runProtocol(terraformProtocol, { operands: ['forget', host], given })
      expect(ran).toMatchObject({ status: 0, out: '', asked: [] })
    },
  )

  it.each([
    [['forget', 'api.example'], 'unsupported'],
    [['forget', 'b.example:8443'], 'unsupported'],
    [['list', 'api.example'], 'usage'],
    [['\u001b[2Jget', 'api.example'], 'usage'],
    [[], 'usage'],
    [['get'], 'usage'],
    [['get', 'a.example', 'b.example'], 'usage'],
  ])('%j fails in words', async (operands, code) => {
    const ran = await runProtocol(terraformProtocol, { operands, given })
    expect(ran).toMatchObject({ out: '', asked: [], error: { code } })
    expect(String(ran.error)).not.toContain('\u001b')
  })
})
