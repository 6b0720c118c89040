// English texts about how a client proves itself to an OAuth server.

/** How a client was refused: `left` are methods that it holds enough for. */
interface Tries {
  readonly tried: readonly string[]
  readonly left: readonly string[]
  readonly wanted: readonly string[]
  readonly accepted?: string | undefined
}

const noTries: Tries = { tried: [], left: [], wanted: [] }

/** What to do about a client that was refused; `command` is what flags are for, where no login runs. */
export const hint = (
  { tried, left, wanted, accepted }: Tries = noTries,
  command: '' | 'tokn login ' = '',
): string => {
  if (accepted !== undefined) {
    return `the server took ${accepted}, but the code is spent: log in again with --client-auth ${accepted}`
  }
  if (tried.length > 0 && tried.every((method) => method === 'none')) {
    return `if the client has a secret: ${command}--client-secret-file FILE or TOKN_CLIENT_SECRET${fromServer(wanted)}`
  }
  const check = `check the client id and ${proofOf(tried)}${triedText(tried)}`
  if (wanted.length > 0) return `${check}${fromServer(wanted)}`
  const others = left.join(command === '' ? ', ' : ' or ')
  return left.length === 0 ? check : `${check}; not tried: ${command}--client-auth ${others}`
}

const proofOf = (tried: readonly string[]) => {
  if (tried.length > 0 && tried.every((method) => method === 'private_key_jwt')) return 'key'
  return tried.length > 0 && tried.every((one) => one === 'tls_client_auth')
    ? 'certificate'
    : 'secret'
}

const triedText = (tried: readonly string[]) =>
  tried.length === 0 ? '' : `: ${tried.join(' and ')} ${tried.length > 1 ? 'were' : 'was'} refused`

const fromServer = (wanted: readonly string[]) =>
  wanted.length === 0 ? '' : `; the server offers ${wanted.slice(0, 8).join(', ')}`

/** Instead of what is said of a client that has proven itself in vain. */
export const withoutProof = () =>
  'the server does not accept this client id without a secret or another proof'

export const spentMeanwhile = () =>
  'the server took the secret, but its refusal before that had spent the code: log in again'

/** `command` as above. */
export const tookAnother = (
  title: string,
  taken: string,
  refused: string,
  command: '' | 'tokn login NAME ' = '',
) =>
  `${title} took ${taken} after it had refused ${refused}: ${command}--client-auth ${taken} saves a request`

const audiences = { issuer: 'issuer', token_endpoint: 'token endpoint' }

export const tookAudience = (title: string, audience: keyof typeof audiences = 'issuer') =>
  `${title} took the assertion with its ${audiences[audience]} as the audience, after it had refused another`

/** As `tokn info` shows it. */
export const used = (method: string, audience: string | undefined) =>
  audience === undefined
    ? method
    : `${method}, for the ${audiences[audience as keyof typeof audiences] ?? audience}`
