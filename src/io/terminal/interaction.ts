import type { Interaction } from '../../core/ports.ts'
import type { InteractionOptions } from '../../core/process.ts'
import { holdEcho } from './held-echo.ts'
import { writeLines } from './output.ts'
import { isDumb } from './terminal.ts'
import type { Environment } from '../files/paths.ts'

/** Questions and answers in this terminal; everything goes to standard error. */
export function openInteraction(
  environment: Environment,
  options: InteractionOptions,
): Interaction {
  let wasSecret = false
  return {
    tell: (text) => {
      if (wasSecret) holdEcho()
      writeLines(text)
    },
    ask: async (label, asked) => {
      wasSecret = asked?.pasted === true || asked?.secret === true
      if (asked?.pasted === true) {
        const { askPasted } = await import('./paste-prompt.ts')
        return await askPasted(label, isDumb(environment), asked.signal)
      }
      const { openPrompts } = await import('./prompts.ts')
      return await (await openPrompts(environment)).askLine(label, asked)
    },
    open: async (url) =>
      options.browser !== false &&
      (await (await import('./browser.ts')).openBrowser(url, environment)),
    browserless: options.browser === false,
    draw: async (url) => {
      if (options.qr !== true) return
      const code = await (await import('./qr.ts')).drawQrCode(url)
      writeLines(...code.replace(/\n$/, '').split('\n'))
    },
    copy: async (text) => {
      if (options.clipboard === true) await (await import('./clipboard.ts')).copyToClipboard(text)
    },
    listen: async (wanted) => await (await import('./callback.ts')).listenForCallback(wanted),
  }
}
