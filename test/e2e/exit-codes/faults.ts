import type { Fault } from '../../../src/sandbox/faults.ts'

const status = (code: number, body: unknown): Fault => ({ do: 'status', status: code, body })
const page = '<p>what?</p>'

/** Faults by what they say; hoster.by, Rightech and MCS each in their own words. */
export const nonsense: Fault = { do: 'body', body: page }
export const down = status(503, {})
export const forbidden = status(403, { httpCode: 403, statusCode: 'error', code: '403' })
export const denied = status(401, { httpCode: 401, statusCode: 'error', code: '401' })
export const spent = status(403, { error: 'limit_exceeded', error_description: '25 in use' })

/** The session cannot be renewed any more. */
export const ended: Fault = { ...denied, path: '/token/refresh' }

/** An API that has nothing but a login, as a definition of the user's own. */
export const plainDefinition = JSON.stringify({
  id: 'plain',
  title: 'Plain',
  docs: 'https://example.com/docs',
  basePath: '/api/v1',
  fields: [
    { name: 'username', label: 'User name' },
    { name: 'password', label: 'Password', secret: true },
  ],
  attach: { headers: { Authorization: 'Bearer {access}' } },
  login: {
    request: {
      method: 'POST',
      path: '/auth/token',
      json: { username: '{fields.username}', password: '{fields.password}' },
    },
    reply: { access: 'token', expiry: { from: 'expiresAt', as: 'instant' } },
  },
  rotation: 'none',
})
