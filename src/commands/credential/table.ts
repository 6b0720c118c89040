import type { FlagName } from '../flags/table.ts'
import type { CredentialProtocol } from './protocol.ts'

/** The tools that credentials can be given to, in the order of help. A protocol is loaded where it is asked for. */
export const protocols = {
  git: async () => (await import('./git.ts')).gitProtocol,
  docker: async () => (await import('./docker.ts')).dockerProtocol,
  kubectl: async () => (await import('./kubectl.ts')).kubectlProtocol,
  aws: async () => (await import('./aws.ts')).awsProtocol,
  cargo: async () => (await import('./cargo.ts')).cargoProtocol,
  bazel: async () => (await import('./bazel.ts')).bazelProtocol,
  terraform: async () => (await import('./terraform.ts')).terraformProtocol,
  go: async () => (await import('./go.ts')).goProtocol,
  pnpm: async () => (await import('./pnpm.ts')).pnpmProtocol,
  keyring: async () => (await import('./keyring.ts')).keyringProtocol,
} as const satisfies Readonly<Record<string, () => Promise<CredentialProtocol>>>

export type Tool = keyof typeof protocols

export const tools = Object.keys(protocols) as readonly Tool[]

export function isTool(name: string): name is Tool {
  return Object.hasOwn(protocols, name)
}

/** What a command that gives credentials reads, all of it before the words of the tool. */
export const credentialFlags = [
  'minTtl',
  'profile',
  'store',
  'timeout',
  'ca',
  'proxy',
  'json',
  'quiet',
  'noColor',
  'debug',
  'configDir',
] as const satisfies FlagName[]
