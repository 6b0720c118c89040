import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import type { Route } from '../../core/process.ts'
import { words } from '../../messages/words.ts'
import type { Environment } from '../files/paths.ts'
import { chooseProxySettings, proxyFor, type ProxySettings } from './proxy.ts'
import { makeTemporaryFolder } from '../files/temporary-folder.ts'
import type { TrustOptions } from './trust.ts'

interface RouteOptions extends Omit<TrustOptions, 'extraCa'>, Pick<ProxySettings, 'proxy'> {
  readonly environment: Environment
}

// Where Linux distributions, the BSDs and macOS keep the authorities of the machine: the list of
// Go's crypto/x509 (root_linux.go, root_bsd.go).
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * The route that requests of `createHttp` with the same options would take to all of `urls`. Throws
 * `usage` for certificates that cannot be used, and where not all would go by the same proxy.
 */
export async function openRoute(options: RouteOptions, urls: readonly URL[]): Promise<Route> {
  const { ca, certificate, key } = options
  const extraCa = options.environment['NODE_EXTRA_CA_CERTS']
  const settings = chooseProxySettings(options.environment, { proxy: options.proxy })
  const [proxy, ...others] = urls.map((url) => proxyFor(url, settings))
  if (others.some((other) => other?.href !== proxy?.href)) {
    throw new ToknError('usage', words.network.severalRoutes())
  }
  const given = [ca, certificate, key].some((file) => file !== undefined)
  // What TLS takes is loaded only where there is something to look at.
  if (!given && (extraCa ?? '') === '') return { proxy, close: () => undefined }
  const { namedAuthorities, openTrust } = await import('./trust.ts')
  // Reports what is wrong with a file in our own words, before another program reads it.
  if (given) openTrust({ ...options, extraCa })
  const named = namedAuthorities({ ...options, extraCa })
  if (named.length === 0) return { proxy, certificate, key, close: () => undefined }
  const folder = makeTemporaryFolder()
  const authorities = join(folder.path, 'authorities.pem')
  // In a file, not a pipe: it is read again for each connection.
  writeFileSync(authorities, [machineAuthorities(), ...named].join('\n'), { mode: 0o600 })
  return { proxy, authorities, certificate, key, close: folder.remove }
}

function machineAuthorities(): string {
  for (const path of bundles) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      // The next one.
    }
  }
  return process.getBuiltinModule('node:tls').rootCertificates.join('\n')
}
