import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Device {
  readonly id: string
  readonly name: string
  /** The newest pair, and the one before it until the newest is used. */
  pairs: ReadonlyArray<{ readonly access: string; readonly refresh: string }>
}

export const matrixUser = { username: 'ada', password: 'pw matrix' }

const root = '/_matrix/client/v3'

/** https://spec.matrix.org/v1.11/client-server-api/#client-authentication */
export async function startMatrix(): Promise<Served> {
  const devices: Device[] = []

  function give(device: Device): object {
    const pair = { access: `syt_${random()}`, refresh: `syr_${random()}` }
    device.pairs = [pair, ...device.pairs].slice(0, 2)
    const { access: access_token, refresh: refresh_token } = pair
    return { access_token, refresh_token, expires_in_ms: 300_000 }
  }

  function logIn(json: Readonly<Record<string, unknown>>): Answer {
    const { user } = (json['identifier'] ?? {}) as { user?: unknown }
    if (json['type'] !== 'm.login.password') return no(400, 'M_UNKNOWN', 'Bad login type')
    if (user !== matrixUser.username || json['password'] !== matrixUser.password) {
      return no(403, 'M_FORBIDDEN', 'Invalid username or password')
    }
    const name = String(json['initial_device_display_name'])
    const device: Device = { id: randomBytes(5).toString('hex').toUpperCase(), name, pairs: [] }
    devices.push(device)
    const who = { user_id: '@ada:lab', device_id: device.id }
    return { status: 200, json: { ...who, ...give(device) } }
  }

  function refresh(token: unknown): Answer {
    const device = devices.find(({ pairs }) => pairs.some((pair) => pair.refresh === token))
    if (device === undefined) return no(401, 'M_UNKNOWN_TOKEN', 'Invalid refresh token')
    use(device, (pair) => pair.refresh === token)
    return { status: 200, json: give(device) }
  }

  function answer({ method, path, headers, json }: Call): Answer {
    const route = `${method} ${path.replace(root, '')}`
    if (route === 'POST /login') return logIn(json)
    if (route === 'POST /refresh') return refresh(json['refresh_token'])
    const token = headers['authorization']?.replace('Bearer ', '')
    const device = devices.find(({ pairs }) => pairs.some((pair) => pair.access === token))
    if (device === undefined) return no(401, 'M_UNKNOWN_TOKEN', 'Unrecognised access token')
    use(device, (pair) => pair.access === token)
    switch (route) {
      case 'GET /devices': {
        const seen = { last_seen_ip: '127.0.0.1', last_seen_ts: 1_474_491_775_024 }
        const rows = devices.map(({ id, name }) => ({ device_id: id, display_name: name, ...seen }))
        return { status: 200, json: { devices: rows } }
      }
      case 'GET /account/whoami':
        return { status: 200, json: { user_id: '@ada:lab', device_id: device.id } }
      case 'POST /logout':
        devices.splice(devices.indexOf(device), 1)
        return { status: 200, json: {} }
      default:
        return no(404, 'M_UNRECOGNIZED', 'Unrecognized request')
    }
  }

  return await serve(answer)
}

// The use of a pair ends the one before it.
function use(device: Device, isIt: (pair: Device['pairs'][number]) => boolean): void {
  device.pairs = device.pairs.slice(0, device.pairs.findIndex(isIt) + 1)
}

function random(): string {
  return randomBytes(20).toString('base64url')
}

function no(status: number, errcode: string, error: string): Answer {
  return { status, json: { errcode, error } }
}
