import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bazelProtocol } from '../../../../src/commands/credential/bazel.ts'
import { installed, packages } from '../../../definitions/real/process.ts'
import { root } from '../../../support/home.ts'
import { act, tokenOf } from './build-world.ts'

/** Whether a value is as the schema says. */
type Check = (value: unknown) => boolean

interface Validator {
  compile(schema: unknown): Check
}

const ajv = join(packages, 'ajv/dist/2020.js')
const published = join(root, 'test/support/published/credential-helper-spec')

/** Reads a schema with a library of others, by the draft of JSON Schema that it is written in. */
function checkOf(name: string): Check {
  const { default: Ajv } = createRequire(import.meta.url)(ajv) as {
    default: new (options: object) => Validator
  }
  const schema = readFileSync(join(published, `get-credentials-${name}.schema.json`), 'utf8')
  return new Ajv({ strict: true }).compile(JSON.parse(schema))
}

describe.runIf(installed('ajv', ajv))('by the schemas that EngFlow publishes', () => {
  const uri = 'https://packages.example/a'

  test('what is answered is a response', async () => {
    const isResponse = checkOf('response')
    for (const given of [
      tokenOf(),
      tokenOf({ expiresAt: undefined }),
      tokenOf({ attach: { headers: { 'X-Token': '{access}', Cookie: 'a={access}' } } }),
    ]) {
      const input = JSON.stringify({ uri })
      const { out } = await act(bazelProtocol, { operands: ['get'], input, give: () => given })
      expect(isResponse(JSON.parse(out)), out).toBe(true)
    }
    expect(isResponse({ headers: { Authorization: 'Bearer a' } })).toBe(false)
  })

  test.each([
    [{ uri }, true],
    [{ uri, more: 1 }, true],
    [{ url: uri }, false],
    [{ uri: [uri] }, false],
    [[uri], false],
  ])('%j is a request, and answered, or none, and refused', async (request, isOne) => {
    expect(checkOf('request')(request)).toBe(isOne)
    const input = JSON.stringify(request)
    const { status } = await act(bazelProtocol, { operands: ['get'], input })
    expect(status).toBe(isOne ? 0 : 2)
  })
})
