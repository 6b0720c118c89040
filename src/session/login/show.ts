import { isToknError } from '../../core/errors.ts'
import type { Http, HttpRequest, Interaction } from '../../core/ports.ts'
import type { Provider } from '../../core/provider.ts'
import { redact } from '../../core/secret.ts'
import { ExchangeView, type Shown } from '../../core/shown-exchange.ts'
import { words } from '../../messages/words.ts'

/**
 * Shows what a command sends and is answered, in order, without a secret: numbered through, whatever
 * it asks, and what was hidden once stays so.
 */
export interface Show {
  of(provider: Provider, settings: Readonly<Record<string, string>>): ShownWay
}

/** What goes to one provider. */
export interface ShownWay {
  over(http: Http): Http
  /** The browser goes another way than our requests, and comes back with an answer. */
  overInteraction(interaction: Interaction): Interaction
}

export function openShow(tell: (line: string) => void): Show {
  let count = 0
  let view: ExchangeView | undefined
  return {
    of: (provider, settings) => {
      view = new ExchangeView(furtherParameters(settings), view)
      return showWay(provider, view, tell, () => ++count)
    },
  }
}

function showWay(
  provider: Provider,
  view: ExchangeView,
  tell: (line: string) => void,
  next: () => number,
): ShownWay {
  const say = (line: string) => tell(redact(line))
  const told = (pairs: readonly Shown[]) => {
    for (const [name, value] of pairs) say(words.show.pair(name, value))
  }
  const sectionOf = async (request: HttpRequest, reply?: { readonly status: number }) =>
    provider.sectionOf === undefined ? provider.docs : await provider.sectionOf(request, reply)

  const sendShown = async (http: Http, request: HttpRequest) => {
    const number = next()
    const { method, url, headers, body } = view.request(request)
    say(words.show.request(number, method, url, await sectionOf(request)))
    told([...headers, ...body])
    try {
      const reply = await http(request)
      const shown = view.reply(reply)
      say(words.show.reply(number, shown.status, await sectionOf(request, reply)))
      told([...shown.headers, ...shown.body])
      return reply
    } catch (error) {
      say(words.show.noReply(number, isToknError(error) ? error.message : undefined))
      throw error
    }
  }
  return {
    over: (http) => async (request) => await sendShown(http, request),
    overInteraction: (interaction) => ({
      ...interaction,
      open: async (address) => {
        const request = { method: 'GET', url: new URL(address), purpose: 'browser' }
        say(words.show.page(next(), view.url(request.url), await sectionOf(request)))
        return await interaction.open(address)
      },
      listen: async (options) => {
        const listener = await interaction.listen(options)
        return {
          ...listener,
          wait: async () => {
            const callback = await listener.wait()
            const status = callback.searchParams.has('error') ? 400 : 200
            const request = { method: 'GET', url: callback, purpose: 'browser' }
            say(words.show.back(view.url(callback, true), await sectionOf(request, { status })))
            return callback
          },
        }
      },
    }),
  }
}

/** Names of parameters that the profile sets, which are said to be none of anybody's secrets. */
function furtherParameters(settings: Readonly<Record<string, string>>): readonly string[] {
  const queries = Object.entries(settings).filter(([name]) => name.endsWith('_parameters'))
  return queries.flatMap(([, query]) => [...new URLSearchParams(query).keys()])
}
