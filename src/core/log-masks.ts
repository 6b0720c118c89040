import { base64Of, percentOf } from './secret-forms.ts'

/**
 * The commands by which a runner of GitHub Actions is told what to hide in its log, one a line. It
 * hides exact texts, so that each spelling of a secret that a log may show is told: as it is, as URLs
 * and JSON write it, and in base64, as `curl -v` shows a password.
 */
export function maskLines(secrets: readonly string[]): string {
  const texts = new Set(secrets.filter((secret) => secret !== '').flatMap(spellingsOf))
  return [...texts].map((text) => `::add-mask::${escapeData(text)}\n`).join('')
}

function spellingsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return [secret, percentOf(secret), json, ...base64Of(secret)]
}

/** What the runner makes into itself again: the data of a command is the rest of its line. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
