import type { SandboxApi } from '../../../src/sandbox/server.ts'
import type { Call } from './world.ts'

export const newCalls: Readonly<Record<string, Call>> = {
  completion: async () => ({ args: ['completion', 'zsh'] }),
  'credential go': async () => ({ args: ['credential', 'go'], env: { TOKN_PROFILE: 'iot' } }),
  'credential keyring': async ({ iot }) => ({
    args: ['credential', 'keyring', 'get', iot.baseUrl, 'me'],
    env: { TOKN_PROFILE: 'iot' },
  }),
  'credential terraform': async ({ iot }) => ({
    args: ['credential', 'terraform', 'get', new URL(iot.baseUrl).host],
    env: { TOKN_PROFILE: 'iot' },
  }),
  'credential kubectl': async () => ({
    args: ['credential', 'kubectl'],
    env: { TOKN_PROFILE: 'iot' },
  }),
  ...Object.fromEntries(
    [
      ['git', 'get'],
      ['docker', 'get'],
      ['bazel', 'get'],
      ['cargo', '--cargo-plugin'],
    ].map(([tool = '', word = '']) => [
      `credential ${tool}`,
      async () => ({ args: ['credential', tool, word], env: { TOKN_PROFILE: 'iot' } }),
    ]),
  ),
  'credential pnpm': async () => ({ args: ['credential', 'pnpm'], env: { TOKN_PROFILE: 'iot' } }),
}

/** What a tool writes to its helper. */
export function inputOf(
  [command, tool = '']: readonly string[],
  { baseUrl }: Pick<SandboxApi, 'baseUrl'>,
): string | undefined {
  if (command !== 'credential') return undefined
  const { protocol, host } = new URL(baseUrl)
  const index = { 'index-url': `sparse+${baseUrl}/`, name: 'mine' }
  const cargo = { v: 1, kind: 'get', operation: 'read', registry: index, args: [] }
  return {
    git: `protocol=${protocol.slice(0, -1)}\nhost=${host}\n\n`,
    docker: baseUrl,
    bazel: JSON.stringify({ uri: baseUrl }),
    cargo: `${JSON.stringify(cargo)}\n`,
  }[tool]
}
