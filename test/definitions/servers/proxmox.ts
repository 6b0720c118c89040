import { randomBytes, randomUUID } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly name: string
  readonly value: string
  readonly expire: number
}

export const proxmoxUser = { username: 'ada@pve', password: 'pw proxmox' }

/** https://pve.proxmox.com/wiki/Proxmox_VE_API and https://pve.proxmox.com/pve-docs/api-viewer/ */
export async function startProxmox(): Promise<Served> {
  const tickets = new Map<string, string>()
  const tokens: Token[] = []
  const own = `/api2/json/access/users/${encodeURIComponent(proxmoxUser.username)}/token`

  function logIn(form: URLSearchParams): Answer {
    const password = form.get('password') ?? ''
    const known = password === proxmoxUser.password || tickets.has(password)
    if (form.get('username') !== proxmoxUser.username || !known) {
      return { status: 401, json: { data: null, message: 'authentication failure\n' } }
    }
    const ticket = `PVE:${proxmoxUser.username}:4EEC61E2::${randomBytes(60).toString('base64')}`
    const csrf = `4EEC61E2:${randomBytes(20).toString('base64')}`
    tickets.set(ticket, csrf)
    const cap = { access: { 'User.Modify': 1, 'Sys.Audit': 1 }, nodes: {} }
    const { username } = proxmoxUser
    return { status: 200, json: { data: { ticket, CSRFPreventionToken: csrf, username, cap } } }
  }

  function isAllowed({ method, headers }: Call): boolean {
    const bare = headers['authorization']?.replace(`PVEAPIToken=${proxmoxUser.username}!`, '')
    if (tokens.some(({ name, value }) => bare === `${name}=${value}`)) return true
    const ticket = headers['cookie']?.replace('PVEAuthCookie=', '')
    const csrf = ticket === undefined ? undefined : tickets.get(ticket)
    return csrf !== undefined && (method === 'GET' || headers['csrfpreventiontoken'] === csrf)
  }

  function answer(call: Call): Answer {
    const { method, path, form } = call
    if (method === 'POST' && path === '/api2/json/access/ticket') return logIn(form)
    if (!isAllowed(call)) return { status: 401, json: { data: null } }
    if (method === 'GET' && path === '/api2/json/access/permissions') {
      return { status: 200, json: { data: { '/': { 'VM.Audit': 1, 'VM.Console': 0 } } } }
    }
    if (method === 'GET' && path === own) {
      const data = tokens.map(({ name, expire }) => ({ tokenid: name, expire, privsep: 1 }))
      return { status: 200, json: { data } }
    }
    const name = path.startsWith(`${own}/`) ? path.slice(own.length + 1) : ''
    const index = tokens.findIndex((token) => token.name === name)
    if (method === 'POST' && name !== '') {
      if (index >= 0) return { status: 400, json: { data: null, message: 'Token already exists.' } }
      const token = { name, value: randomUUID(), expire: Number(form.get('expire') ?? 0) }
      tokens.push(token)
      const full = `${proxmoxUser.username}!${name}`
      const info = { privsep: '1', expire: token.expire }
      return { status: 200, json: { data: { 'full-tokenid': full, value: token.value, info } } }
    }
    if (method === 'DELETE' && index >= 0) {
      tokens.splice(index, 1)
      return { status: 200, json: { data: null } }
    }
    return { status: 500, json: { data: null, message: `no such token '${name}'\n` } }
  }

  return await serve(answer)
}
