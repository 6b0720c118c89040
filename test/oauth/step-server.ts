import type { Said, Seen } from '../unit/oauth/fake-server.ts'
import { loginAt, startNarrowServer, type NarrowServer } from './narrow-server.ts'

/** What a token endpoint refuses first, before it looks at the refresh token. */
export const steps = ['nonce', 'method', 'format', 'none'] as const

export type Step = (typeof steps)[number]

const nonce = 'n-1'

const refusals: Readonly<Record<Exclude<Step, 'none'>, Said>> = {
  nonce: { status: 400, headers: { 'DPoP-Nonce': nonce }, body: { error: 'use_dpop_nonce' } },
  method: { status: 401, body: { error: 'invalid_client' } },
  format: { status: 415, body: {} },
}

/** A server as `startNarrowServer`, which takes a refresh only at the second step. */
export async function startStepServer(step: Step): Promise<NarrowServer> {
  const server = await startNarrowServer()
  const answer = server.answers['/token']
  server.answers['/token'] = (seen, origin) => {
    const json = seen.headers['content-type']?.includes('json') === true
    const form = json ? new URLSearchParams(JSON.parse(seen.text)) : seen.form
    const refreshes = form.get('grant_type') === 'refresh_token'
    if (step !== 'none' && refreshes && !takes(step, seen)) return refusals[step]
    const said = typeof answer === 'function' ? answer({ ...seen, form }, origin) : answer
    return step === 'nonce' ? bind(said) : said
  }
  return server
}

function takes(step: Step, { headers }: Seen): boolean {
  if (step === 'format') return headers['content-type']?.includes('json') === true
  if (step === 'method') return headers.authorization === undefined
  const proof = String(headers['dpop']).split('.')[1] ?? ''
  const claims = JSON.parse(Buffer.from(proof, 'base64url').toString()) as { nonce?: unknown }
  return claims.nonce === nonce
}

function bind(said: Said | undefined): Said | undefined {
  const body = said?.body as Readonly<Record<string, unknown>> | undefined
  if (body?.['access_token'] === undefined) return said
  return { ...said, body: { ...body, token_type: 'DPoP' } }
}

/** The words of a login at it, and what is in the environment then and later. */
export function loginStepwise(
  server: NarrowServer,
  step: Step,
  profile: string,
): { readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const words = loginAt(server, profile)
  if (step === 'nonce') return { words: [...words, '--dpop'], env: { TOKN_PASSWORD: 'x' } }
  if (step !== 'method') return { words, env: { TOKN_PASSWORD: 'x' } }
  return {
    words: words.slice(0, -2),
    env: { TOKN_PASSWORD: 'x', TOKN_CLIENT_SECRET: 'client-canary' },
  }
}
