import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

export interface Cas extends Served {
  /** Spends a service ticket; whether it was good for the service. */
  validate(ticket: string, service: string): boolean
}

export const casUser = { username: 'ada', password: 'pw cas' }

/** https://apereo.github.io/cas/7.0.x/protocol/REST-Protocol.html */
export async function startCas(): Promise<Cas> {
  const granting = new Set<string>()
  const services = new Map<string, string>()

  function answer({ method, path, headers, form }: Call): Answer {
    if (method === 'POST' && path === '/cas/v1/tickets') {
      const fine = form.get('username') === casUser.username
      if (!fine || form.get('password') !== casUser.password) return { status: 401 }
      const ticket = `TGT-1-${randomBytes(30).toString('base64url')}-cas`
      granting.add(ticket)
      const location = `http://${headers['host']}/cas/v1/tickets/${ticket}`
      const page = `<!DOCTYPE HTML><html><body><form action="${location}"/></body></html>`
      return { status: 201, text: page, headers: { location, 'content-type': 'text/html' } }
    }
    const ticket = path.replace('/cas/v1/tickets/', '')
    if (!granting.has(ticket)) return text(404, 'TicketGrantingTicket could not be found')
    if (method === 'GET') return text(200, ticket)
    if (method === 'DELETE') {
      granting.delete(ticket)
      return text(200, ticket)
    }
    const service = form.get('service')
    if (service === null) return text(400, 'No service is given')
    const issued = `ST-1-${randomBytes(20).toString('base64url')}`
    services.set(issued, service)
    return text(200, issued)
  }

  return {
    ...(await serve(answer)),
    validate: (ticket, service) => {
      const good = services.get(ticket) === service
      services.delete(ticket)
      return good
    },
  }
}

function text(status: number, content: string): Answer {
  return { status, text: content, headers: { 'content-type': 'text/plain;charset=UTF-8' } }
}
