import type { Context, RequestFlags } from '../commands/context.ts'
import type { Secret } from '../core/secret.ts'
import type { PassphraseQuestion } from '../core/store-traits.ts'
import { elapsed } from '../io/files/elapsed.ts'
import type { Ports } from '../session/ports.ts'
import { openChildSocket } from './child-socket.ts'
import { openPorts, type PortsRequest } from './ports.ts'
import type { ChildWorldOptions } from './child-world.ts'
import type { Variables } from './variables.ts'

type OpenPorts = ChildWorldOptions['openPorts']

interface Surroundings {
  requestFor(flags: RequestFlags): PortsRequest
  readonly variables: Variables
  /** How the passphrase of the file store was found, if anybody has looked for it. */
  knownPassphrase(): ((question?: PassphraseQuestion) => Promise<Secret | undefined>) | undefined
}

/** What a command does for a program that it starts. */
export function openChildUses({
  requestFor,
  variables,
  knownPassphrase,
}: Surroundings): Pick<Context, 'serveChild' | 'keepForChild'> {
  return {
    serveChild: async (flags, sessions) => {
      // Next, and without a moment in which a signal would find the socket and nobody to remove it.
      await import('../io/process/child.ts')
      const { environment, debug, warn } = requestFor(flags)
      return await openChildSocket({
        environment,
        sessions,
        openPorts: (...given) => openServedPorts(flags, ...given),
        debug,
        tell: warn,
      })
    },
    keepForChild: async (flags, wanted) => {
      const openRequest: OpenPorts = (...given) => openServedPorts(flags, ...given)
      const { keepForChild } = await import('./child-keeper.ts')
      const request = requestFor(flags)
      const { openMask } = await import('../io/terminal/log-masks.ts')
      return keepForChild(request, openRequest, wanted, openMask(request.environment))
    },
  }

  /** For a request of a program that we have started, which has our terminal now: nobody is asked. */
  function openServedPorts(
    flags: RequestFlags,
    warn: (text: string) => void,
    quiet: boolean,
  ): Ports {
    const known = knownPassphrase()
    const began = elapsed()
    return openPorts({
      ...requestFor(flags),
      passphrase: async (question) => {
        if (question?.refused === true) return undefined
        return known === undefined ? variables.readSecret('passphrase') : await known(question)
      },
      interaction: async () => undefined,
      startedAt: () => began,
      debug: false,
      lasting: true,
      quiet,
      warn,
    })
  }
}
