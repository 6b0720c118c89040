// What may be shown of a request or a reply is named here; whatever is not, is not shown.

/** Parameters of requests, and members of JSON bodies, whose values are nobody's secret. */
const parameters = new Set(
  `grant_type client_id scope scopes audience resource redirect_uri response_type response_mode
  code_challenge_method prompt access_type login_hint max_age ui_locales display acr_values
  subject_token_type actor_token_type requested_token_type client_assertion_type token_type_hint
  username email oauth_provider client_name application_type grant_types response_types
  redirect_uris token_endpoint_auth_method software_id software_version iss error error_description
  error_uri`.split(/\s+/),
)

/** Members of replies. What a server says in its own words is looked through besides. */
const members = new Set(
  `error error_description error_uri error_code error_codes error_message status token_type issued_token_type scope expires_in expired_in interval issuer
  verification_uri verification_url refresh_token_expires_in refresh_expires_in active
  token_endpoint_auth_method grant_types response_types redirect_uris client_id client_name resource
  resource_name client_id_issued_at client_secret_expires_at`.split(/\s+/),
)

/** Sentences: those of a refusal say why it is one, and those of anything else may hold a code. */
const sentences = new Set('message detail title reason description code_description'.split(' '))

const metadata = /^[a-z_]+_(?:endpoint|supported|uri)$|^authorization_servers$|^jwks_uri$/

const requestHeaders = new Set('accept content-type content-length'.split(' '))

const replyHeaders = new Set(
  'content-type www-authenticate retry-after date location server allow'.split(' '),
)

export function isShownParameter(name: string): boolean {
  return parameters.has(name.toLowerCase())
}

/** `complete` URLs carry the code that a person is to enter. */
export function isShownMember(name: string, ofRefusal: boolean): boolean {
  const lower = name.toLowerCase()
  const isSentence = ofRefusal && sentences.has(lower)
  const known = members.has(lower) || isSentence || metadata.test(name)
  return known && name !== 'registration_client_uri'
}

export function isShownHeader(name: string, of: 'request' | 'reply'): boolean {
  return (of === 'request' ? requestHeaders : replyHeaders).has(name.toLowerCase())
}

/** Whether a name says that its value is a secret, so that it is called one. */
export function soundsSecret(name: string): boolean {
  return /token|secret|password|passwd|passphrase|assertion|verifier|challenge|key|cookie|authorization|credential|proof|^code$|_code$|^state$|^nonce$|^otp$|^pin$|dpop/i.test(
    name,
  )
}
