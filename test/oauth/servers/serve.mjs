import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// What the servers of npm have in common. Each is a program of its own.

const others = createRequire(join(import.meta.dirname, '../../../.ci/servers/node_modules/any.js'))
const asked = []

/** A package that `.ci/install-servers` has installed. */
export async function load(name) {
  return await import(pathToFileURL(others.resolve(name)).href)
}

/** The port that whoever starts the server wants: the one before, after a restart. */
export async function listen() {
  const server = createServer()
  const port = Number(process.env.PORT ?? 0)
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  // Whoever started it has ended, however that happened.
  process.stdin.resume().once('end', () => process.exit())
  return { server, origin: `http://127.0.0.1:${server.address().port}` }
}

/** Notes what was asked of the token endpoint, and tells it at /-/asked; then says where it is. */
export function serve({ server, origin }, listener) {
  server.on('request', (request, response) => {
    if (request.url === '/-/asked') return response.end(JSON.stringify(asked))
    return listener(request, response)
  })
  process.stdout.write(`${origin}\n`)
}

/** Notes a request to the token endpoint, by its form, and the status of the answer. */
export function note(form, status) {
  asked.push({ grant: form.grant_type, status })
}

/** A middleware of express for the token endpoint, after its form was read. */
export function noteRequest(request, response, next) {
  response.once('finish', () => note(request.body, response.statusCode))
  next()
}

/** The page where alice logs in and consents. Its form comes back to where it was. */
export function showLogin(request, response) {
  const fields = Object.entries(request.query).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${encode(value)}">`,
  )
  const path = request.originalUrl.split('?')[0]
  response.type('html').send(`<!DOCTYPE html><title>Log in</title>
    <form action="${path}" method="post">
    <input type="hidden" name="prompt" value="login">${fields.join('')}
    <input type="text" name="login"><input type="password" name="password">
    <button type="submit">Continue</button></form>`)
}

function encode(value) {
  return String(value).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

export const user = { id: 'alice', password: 'correct horse' }
export const secret = 'svc-secret_1.0*~ +/=%&'
