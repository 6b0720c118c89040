import type { PortsRequest } from './ports.ts'

/** Variables that change how requests travel; see `chooseProxySettings`, `openTrust`. */
const routing = [
  ...['https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]),
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

/** Whether the profile alone says how its requests travel. */
export function isUsualRoute({
  ca,
  proxy,
  environment,
}: Pick<PortsRequest, 'ca' | 'proxy' | 'environment'>): boolean {
  const given = [ca, proxy, ...routing.map((name) => environment[name])]
  return given.every((value) => value === undefined || value === '')
}
