import { randomBytes } from 'node:crypto'
import { serve, type Answer, type Call, type Served } from './serve.ts'

interface Token {
  readonly name: string
  readonly value: string
  readonly expires: string | undefined
}

export const sonarUser = { username: 'ada', password: 'pw sönar' }

/** User tokens, as the web API of SonarQube describes itself at /web_api/api/user_tokens. */
export async function startSonarQube(): Promise<Served> {
  const tokens: Token[] = []

  function isLoggedIn({ basic, headers }: Call): boolean {
    const [user, password] = basic ?? []
    if (basic !== undefined) return user === sonarUser.username && password === sonarUser.password
    return tokens.some(({ value }) => headers['authorization'] === `Bearer ${value}`)
  }

  function answer(call: Call): Answer {
    const { method, path, form } = call
    if (path === '/api/authentication/validate') {
      return { status: 200, json: { valid: isLoggedIn(call) } }
    }
    if (!isLoggedIn(call)) return { status: 401 }
    switch (`${method} ${path}`) {
      case 'POST /api/user_tokens/generate':
        return generate(form)
      case 'GET /api/user_tokens/search':
        return { status: 200, json: { login: 'ada', userTokens: tokens.map(describe) } }
      case 'POST /api/user_tokens/revoke': {
        const index = tokens.findIndex(({ name }) => name === form.get('name'))
        if (index >= 0) tokens.splice(index, 1)
        return { status: 204 }
      }
      default:
        return no(404, `Unknown url : ${path}`)
    }
  }

  function generate(form: URLSearchParams): Answer {
    const name = form.get('name') ?? ''
    if (name === '') return no(400, "The 'name' parameter is missing")
    if (tokens.some((token) => token.name === name)) {
      return no(400, `A user token for login 'ada' and name '${name}' already exists`)
    }
    const date = form.get('expirationDate')
    const expires = date === null ? undefined : `${date}T00:00:00+0000`
    const token = { name, value: `squ_${randomBytes(20).toString('hex')}`, expires }
    tokens.push(token)
    return { status: 200, json: { login: 'ada', ...describe(token), token: token.value } }
  }

  return await serve(answer)
}

function describe({ name, expires }: Token) {
  const ends = expires === undefined ? {} : { expirationDate: expires, isExpired: false }
  return { name, createdAt: '2026-01-02T03:04:05+0100', type: 'USER_TOKEN', ...ends }
}

function no(status: number, msg: string): Answer {
  return { status, json: { errors: [{ msg }] } }
}
