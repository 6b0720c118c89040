// English texts about questions and output.

export const warning = (text: string) => `tokn: warning: ${text}`

export const readerGone = () => 'the reader of standard output has gone'

/** `code` is that of the system error, if it has one. */
export const outputNotWritten = (code: string | undefined) =>
  `could not write to standard output (${code ?? 'unknown reason'})`

export const notAnswered = () => ({
  message: 'cancelled: the question was not answered',
  hint: 'answer it, or see what can be given without a question: tokn help environment',
})

/** Where what is typed fits nothing of a menu. */
export const noneOfThem = () => 'none of them is called that'

/** Instead of a text that is not shown. */
export const characters = (count: number) => `(${count} character${count === 1 ? '' : 's'})`

/** Before a question that is put again: why the answer will not do. */
export const again = (why: string) => `tokn: ${why}: once more`

/** Before a question for what was not asked for until now. */
export const because = (why: string) => `tokn: ${why}`

/** What follows a question of yes or no, where no is meant by an empty line. */
export const yesOrNo = () => '[y/N]'

/** Whether an answer to such a question is yes; undefined where it is neither. */
export const isYes = (answer: string) => {
  if (/^(?:n|no)?$/i.test(answer)) return false
  return /^y(?:es)?$/i.test(answer) ? true : undefined
}

// The browser that comes back from a login.

/** `strangers`: how many requests came that did not belong to the login; `posted`: one was a form. */
export const noCallback = (duration: string, strangers: number, posted: boolean) => {
  const came = [
    ...(strangers === 0 ? [] : [`${strangers} that did not belong to it`]),
    ...(posted ? ['one that was posted (form_post), which is not supported'] : []),
  ]
  return {
    message: `no answer came back from the browser in ${duration}${came.length === 0 ? '' : `, only ${came.join(' and ')}`}`,
    hint: 'log in again',
  }
}

const pasteInstead = 'log in with --no-browser, and paste the address that the browser ends at'

export const noFreePort = () => ({
  message: 'this machine has no free port to listen on',
  hint: pasteInstead,
})

export const portNotOpened = (port: number, inUse: boolean) => ({
  message: `cannot listen on port ${port} of this machine: ${inUse ? 'another program uses it' : 'it cannot be opened'}`,
  hint: `choose another with --redirect-port, if the client may use it; or ${pasteInstead}`,
})

/** The page in the browser; `title` is the name of the provider. */
export const pages = {
  done: (title: string) => ({
    heading: 'You can close this page',
    text: `The answer of ${title} has arrived. Go back to the terminal: it says how the login went.`,
  }),
  denied: (title: string) => ({
    heading: 'Not logged in',
    text: `Access was not granted by ${title}. Go back to the terminal: it says why.`,
  }),
  over: () => ({
    heading: 'Already done',
    text: 'This login has had its answer. Go back to the terminal.',
  }),
  refused: () => ({
    heading: 'This does not belong to the login under way',
    text: 'Nothing was done with it. If you are logging in, use the page that tokn opened.',
  }),
  posted: () => ({
    heading: 'Posted answers are not supported',
    text: 'The server posted its answer (form_post); it has to come in the address (query). Nothing was done with it.',
  }),
  unknown: () => ({
    heading: 'Nothing here',
    text: 'This address only waits for a login to end.',
  }),
} as const

export const stoppedWaiting = () => 'cancelled: the browser did not come back'
