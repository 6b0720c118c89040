import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'
import type { LoginRequest } from './login.ts'

/** The end of this process, held back. */
export interface Hold {
  begin(): Promise<void>
  /** Where a signal came meanwhile, this process ends here. */
  end(): void
}

/**
 * Of a login by a refresh token that was made elsewhere: from the request on that may spend it, a
 * signal waits until what came in its place is kept. Of any other login nothing waits.
 */
export function openHold(ports: Ports, { pasted }: Pick<LoginRequest, 'pasted'>): Hold {
  const spends = pasted !== undefined && 'refreshToken' in pasted
  let letGo: (() => void) | undefined
  return {
    begin: async () => {
      if (!spends || letGo !== undefined) return
      letGo = await ports.holdSignals?.(() => ports.warn(words.pasted.waitsForAnswer()))
    },
    end: () => letGo?.(),
  }
}
