import { BlockList, isIP } from 'node:net'
import { isLoopback } from '../../core/base-url.ts'
import type { Environment } from '../files/paths.ts'
import { parseProxy } from './proxy-url.ts'

export interface ProxySettings {
  /** URL of an HTTP proxy; may carry a user and a password, so it is never shown. */
  readonly proxy?: string | undefined
  /** The variable that it was read from, for messages. */
  readonly from?: string | undefined
  /**
   * As in NO_PROXY: hosts, domains, addresses, subnets, each with an optional port; `*` for all.
   */
  readonly noProxy?: string | undefined
}

/**
 * What curl and most programs read: the proxy of https first and then the one for all, the
 * lower-case spelling of each before the other. An empty value counts as unset.
 */
export function readProxySettings(environment: Environment): ProxySettings {
  const from = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find(
    (name) => filled(environment[name]) !== undefined,
  )
  return {
    proxy: from === undefined ? undefined : filled(environment[from]),
    from,
    noProxy: filled(environment['no_proxy']) ?? filled(environment['NO_PROXY']),
  }
}

/** The settings in force: what is given wins over the environment. */
export function chooseProxySettings(
  environment: Environment,
  { proxy, noProxy }: ProxySettings,
): ProxySettings {
  const found = readProxySettings(environment)
  const chosen = proxy === undefined ? found : { proxy }
  return { ...chosen, noProxy: noProxy ?? found.noProxy }
}

/** The proxy for requests to `url`, if any. This machine itself is never reached through one. */
export function proxyFor(url: URL, settings: ProxySettings): URL | undefined {
  if (settings.proxy === undefined || isLoopback(url)) return undefined
  // A proxy that is not used need not be valid: curl does not check it either.
  if (isExempt(url, settings.noProxy ?? '')) return undefined
  return parseProxy(settings.proxy, settings.from)
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const port = url.port === '' ? '443' : url.port
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || matches(entry, host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return isWithin(entry, host)
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:]+|[0-9a-f:]{2,}))(?::([0-9]+))?$/.exec(entry)
  const name = (parts?.[1] ?? parts?.[2] ?? '').replace(/^\*?\./, '').replace(/\.$/, '')
  if (name === '' || (parts?.[3] !== undefined && parts[3] !== port)) return false
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`))
}

function isWithin(subnet: string, host: string): boolean {
  const [address = '', prefix = ''] = subnet.split('/')
  const family = isIP(address)
  if (family === 0 || isIP(host) !== family || !/^[0-9]{1,3}$/.test(prefix)) return false
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, Number(prefix), kind)
  return list.check(host, kind)
}

function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}
