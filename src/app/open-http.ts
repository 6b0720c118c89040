import type { Http } from '../core/ports.ts'
import { createHttp } from '../io/http/http.ts'
import type { HttpSettings } from '../session/ports.ts'
import type { PortsRequest } from './ports.ts'

/** The way to servers for one command: what it is told to show of its requests, it shows. */
export function openHttp(request: PortsRequest, settings: HttpSettings): Http {
  const { environment, timeout, lasting, debug, warn } = request
  return createHttp({
    ...settings,
    ...{ environment, timeout, lasting },
    onExchange: debug
      ? ({ method, url, outcome, duration }) =>
          warn(`${method} ${url} -> ${outcome} (${Math.round(duration)} ms)`)
      : undefined,
  })
}
