import type { Interaction } from '../core/ports.ts'
import type { InteractionOptions } from '../core/process.ts'
import { writeWords } from './output.ts'
import type { Environment } from './paths.ts'

/** Questions and answers in this terminal; everything goes to standard error. */
export function openInteraction(
  environment: Environment,
  options: InteractionOptions,
): Interaction {
  return {
    tell: (text) => writeWords(`${text}\n`),
    ask: async (label, asked) => await (await import('./prompts.ts')).askLine(label, asked),
    open: async (url) =>
      options.browser !== false &&
      (await (await import('./browser.ts')).openBrowser(url, environment)),
    browserless: options.browser === false,
    draw: async (url) => {
      if (options.qr === true) writeWords(await (await import('./qr.ts')).drawQrCode(url))
    },
    copy: async (text) => {
      if (options.clipboard === true) await (await import('./clipboard.ts')).copyToClipboard(text)
    },
    listen: async (wanted) => await (await import('./callback.ts')).listenForCallback(wanted),
  }
}
