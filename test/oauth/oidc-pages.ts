import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OidcInteraction, Provider } from 'oidc-provider/lib/provider.js'

/** Where the provider sends somebody who has to log in or to consent; the rest is a number. */
export const interactionPath = '/interaction/'
const abort = '/abort'

/** Pages of the device flow, each of which is the form that it has to hold. */
export const devicePages = {
  userCodeInputSource: (ctx: { body: unknown }, form: string) =>
    void (ctx.body = `${form}<button type="submit" form="op.deviceInputForm">Continue</button>`),
  userCodeConfirmSource: (ctx: { body: unknown }, form: string) =>
    void (ctx.body = `${form}<button type="submit" form="op.deviceConfirmForm">Continue</button>`),
  successSource: (ctx: { body: unknown }) => void (ctx.body = 'Sign-in Success'),
}

/**
 * The pages where somebody logs in and consents. The provider has some of its own, for its first
 * trial, which it warns of each time that they are used.
 */
export async function visit(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response)
  if (request.url?.endsWith(abort) === true) {
    const denied = { error: 'access_denied', error_description: 'End-User aborted interaction' }
    await provider.interactionFinished(request, response, denied)
    return
  }
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(formFor(interaction))
    return
  }
  const form = await readForm(request)
  const result =
    interaction.prompt.name === 'login'
      ? { login: { accountId: form.get('login') } }
      : { consent: { grantId: await consent(provider, interaction) } }
  await provider.interactionFinished(request, response, result)
}

function formFor({ uid, prompt }: OidcInteraction): string {
  const fields =
    prompt.name === 'login'
      ? '<input type="text" name="login"><input type="password" name="password">'
      : ''
  return `<!DOCTYPE html><title>${prompt.name}</title>
    <form action="${interactionPath}${uid}" method="post">
    <input type="hidden" name="prompt" value="${prompt.name}">${fields}
    <button type="submit">Continue</button></form>
    <a href="${interactionPath}${uid}${abort}">Cancel</a>`
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return new URLSearchParams(text)
}

/** Grants everything that is missing; gives the id of the grant. */
async function consent(provider: Provider, interaction: OidcInteraction): Promise<string> {
  const { grantId, session, params, prompt } = interaction
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes = {} } = prompt.details
  const grant =
    grantId === undefined
      ? new provider.Grant({ accountId: session?.accountId, clientId: params.client_id })
      : await provider.Grant.find(grantId)
  if (missingOIDCScope !== undefined) grant.addOIDCScope(missingOIDCScope.join(' '))
  if (missingOIDCClaims !== undefined) grant.addOIDCClaims(missingOIDCClaims)
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
    grant.addResourceScope(resource, scopes.join(' '))
  }
  return await grant.save()
}
