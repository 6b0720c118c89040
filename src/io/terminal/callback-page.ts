import { createHash } from 'node:crypto'
import { words } from '../../messages/words.ts'

export type PageKind = 'done' | 'denied' | 'over' | 'refused' | 'posted' | 'unknown'

const marks: Readonly<Record<PageKind, string>> = {
  done: '✓',
  denied: '–',
  over: '✓',
  refused: '!',
  posted: '!',
  unknown: '?',
}

const style = `
:root{color-scheme:light dark;--ink:#1d2433;--soft:#5a6478;--paper:#f4f6fa;--card:#fff;--line:#dde2ec}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf2;--soft:#a3acbf;--paper:#12151c;--card:#1b2029;--line:#2c3442}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);color:var(--ink);font:17px/1.55 system-ui,sans-serif}
main{max-width:28rem;margin:1rem;padding:2.5rem;background:var(--card);border:1px solid var(--line);border-radius:14px;text-align:center}
.mark{display:inline-grid;place-items:center;width:3.5rem;height:3.5rem;border:2px solid var(--line);border-radius:50%;font-size:1.6rem}
h1{margin:1.2rem 0 .4rem;font-size:1.35rem;line-height:1.3}p{margin:0;color:var(--soft)}footer{margin-top:2rem;color:var(--soft);font-size:.8rem}
`

const styleHash = createHash('sha256').update(style).digest('base64')

/**
 * The page that ends a login in the browser. It needs nothing from elsewhere, runs nothing, and
 * repeats nothing of the address that it was requested by.
 */
export function renderPage(
  kind: PageKind,
  title: string,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const { heading, text } = words.terminal.pages[kind](escapeHtml(title))
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>${heading} – tokn</title>
<style>${style}</style>
<main><div class="mark" aria-hidden="true">${marks[kind]}</div><h1>${heading}</h1><p>${text}</p><footer>tokn</footer></main>
</html>
`
  return {
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; img-src data:; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      connection: 'close',
    },
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
