import { Secret } from '../core/secret.ts'
import type { Environment } from '../io/files/paths.ts'
import { readValueFile } from '../io/terminal/input.ts'
import { writeAll } from '../io/terminal/write-all.ts'
import { runRefresh } from '../refresher/run.ts'
import { openPorts, type PortsRequest } from './ports.ts'
import { kindOfUrl } from './store-variables.ts'
import { openVariables } from './variables.ts'

/** Runs a refresh for another process of this program, with the ports that it asks for. */
export async function serveRefresher(inherited: Environment, program: string): Promise<void> {
  await runRefresh({
    write: (text) => writeAll(1, text),
    openPorts: async (request, warn) => {
      const environment = { ...inherited, ...request.variables }
      // What could be read only once, whoever asked has read.
      const readFile = (path: string, what: string) =>
        request.files?.[path] ?? readValueFile(path, what)
      const variables = openVariables(environment, readFile)
      const made: PortsRequest = {
        ...request,
        environment,
        program,
        command: request.requester.command,
        storeKey: () => secretOf(request.storeKey),
        storeUrl: () => secretOf(request.storeUrl),
        storePassword: () => secretOf(request.storePassword),
        passphrase: async (question) =>
          question?.refused === true ? undefined : secretOf(request.passphrase),
        fromEnvironment: variables.read,
        givenVariables: variables,
        interaction: async () => undefined,
        warn,
        opened: {},
      }
      const ports = openPorts(made)
      if (request.storeUrl === undefined) return ports
      // Where a session is moved from is not what the variables of this process say.
      const store = kindOfUrl(request.storeUrl.trim(), undefined)
      const { storeVariable } = variables
      const { openInForce } = await import('./in-force.ts')
      const inForce = await openInForce(ports, store, storeVariable ?? '')
      await inForce.profiles.load(request.profile)
      return inForce.over(ports)
    },
  })
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}
