// English texts of `tokn login --show`: what is sent and answered. `section` is where that is written.

const by = (section: string | undefined) => (section === undefined ? '' : `  (${section})`)

export const request = (number: number, method: string, url: string, section: string | undefined) =>
  `${number}. ${method} ${url}${by(section)}`
export const reply = (number: number, status: number, section: string | undefined) =>
  `${number}. -> ${status}${by(section)}`
export const noReply = (number: number, why: string | undefined) =>
  `${number}. -> no reply${why === undefined ? '' : `: ${why}`}`
export const page = (number: number, url: string, section: string | undefined) =>
  `${number}. the browser: GET ${url}${by(section)}`
export const back = (url: string, section: string | undefined) =>
  `   the browser came back: ${url}${by(section)}`
export const pair = (name: string, value: string) =>
  `     ${name === '' ? value : `${name} ${value}`}`

export const onlyForPeople = (flag: string) => ({
  message: `--show prints lines for a person to read, and ${flag} asks for none`,
  hint: `leave out --show or ${flag}`,
})

/** `client` is one of those below: by what the client proves itself. */
export const byClient = (section: string, client: string) => `${section}; client: ${client}`
export const basic = () => 'HTTP Basic, RFC 6749 2.3.1'
export const assertion = () => 'a signed assertion, RFC 7523 2.2'
export const secretInBody = () => 'the secret in the body, RFC 6749 2.3.1'
export const certificate = () => 'its id and the certificate of the connection, RFC 8705 2'
export const idAlone = () => 'its id alone, RFC 6749 3.2.1'
