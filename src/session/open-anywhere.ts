import type { Provider } from '../core/provider.ts'
import type { Ports, ProfileSketch } from './ports.ts'

/**
 * The provider of a profile that has no address yet: for what an API asks for and can do, which is
 * the same wherever it stands. Nothing can be sent there.
 */
export async function openAnywhere(ports: Ports, sketch: ProfileSketch): Promise<Provider> {
  return await ports.provider({ ...sketch, baseUrl: 'https://api.invalid' })
}

/** The provider alone, without a profile; `needsBaseUrl` where it has no usual address. */
export async function openUnprofiled(
  ports: Ports,
  id: string,
  needsBaseUrl: boolean,
): Promise<Provider> {
  const sketch = { provider: id, settings: {} }
  return await (needsBaseUrl ? openAnywhere(ports, sketch) : ports.provider(sketch))
}
