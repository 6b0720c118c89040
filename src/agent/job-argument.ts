/** The argument that makes this program hold the session of a CI job. */
export const jobArgument = '__ci'
