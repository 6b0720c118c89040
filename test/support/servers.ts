import {
  startSandbox,
  type SandboxApi,
  type SandboxName,
  type SandboxOptions,
} from '../../src/sandbox/server.ts'
import type { RequestLogEntry } from '../../src/sandbox/http.ts'
import type { Environment } from './home.ts'

export interface Servers {
  api(name: SandboxName): SandboxApi
  close(): Promise<void>
}

/** Starts fake APIs in this process, so that a test can look into them. */
export async function startServers(
  names: readonly SandboxName[],
  options: Omit<SandboxOptions, 'names'> = {},
): Promise<Servers> {
  const sandbox = await startSandbox({ ...options, names })
  return {
    api: (name) => {
      const found = sandbox.apis.find((api) => api.name === name)
      if (found === undefined) throw new Error(`the sandbox of ${name} was not started`)
      return found
    },
    close: sandbox.close,
  }
}

/** The variables from which a login takes what it needs to know. */
export function credentialsOf(api: SandboxApi): Environment {
  return Object.fromEntries(
    Object.entries(api.credentials).map(([name, value]) => [`TOKN_${name.toUpperCase()}`, value]),
  )
}

/** The arguments of a login that say where the API is. */
export function addressOf(api: SandboxApi): readonly string[] {
  const { name, baseUrl, apiUrl } = api
  const elsewhere = apiUrl === undefined ? [] : ['--api-url', apiUrl]
  return ['--provider', name, '--base-url', baseUrl, ...elsewhere]
}

/** Values of the headers of this very spelling. */
export function headersOf(entry: RequestLogEntry, name: string): readonly string[] {
  return entry.headers.filter(([spelt]) => spelt === name).map(([, value]) => value)
}
