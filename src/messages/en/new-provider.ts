// English texts about `tokn provider new`: what it asks, and the comments in the file that it writes.

export const nobodyToAnswer = () => ({
  message: 'this asks questions, and there is nobody to answer',
  hint: 'run it in a terminal; or write the file by hand, with: tokn provider schema',
})

export const questions = {
  id: 'Short name of the API (lower-case letters, digits, dashes)',
  title: 'Its title',
  docs: 'The page that documents its tokens',
  baseUrl: 'Its address',
  loginPath: 'Path of the request that logs in',
  credentials: 'How are name and password sent?',
  accessPath: 'Where the reply has the token',
  refreshPath: 'Where the reply has the refresh token (a dash for none)',
  expiryPath: 'Where the reply says in how many seconds it expires (a dash for nowhere)',
  header: 'The header that carries the token',
}

export const ways = {
  json: 'in a JSON body',
  form: 'in a form body',
  basic: 'in HTTP Basic authentication',
  headers: 'in headers of their own',
}

/** Above each key of the definition that has one. */
export const explanations: Readonly<Record<string, string>> = {
  fields: 'What a login asks for; a secret one is never kept unless asked to.',
  attach: 'How the token is sent with a request. {access} stands for it.',
  login: 'The request that makes a token, and where its reply has what.',
  refresh: 'The request that renews it. Check path and names against the documents.',
  rotation: 'What a refresh does to the old tokens: none, on-first-use, always, server-decides.',
}

export const wrote = (file: string, id: string) =>
  `wrote ${file}; next: edit it, then tokn provider add ${file} and tokn provider test ${id}`
