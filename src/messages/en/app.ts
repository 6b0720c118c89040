// English texts about what a process is made of: variables, definitions, the sandbox.

/** `name` is a flag or a variable, and `given` its value. */
export const notAStore = (name: string, given: string, kinds: readonly string[]) => ({
  message: `${name} "${given}" is not the name of a store`,
  hint: `one of: ${kinds.join(', ')}`,
})

export const foreignDefinition = () => ({
  message: 'refusing to fetch a definition from another machine',
  hint: 'download it, read it, then: tokn provider add FILE',
})

export const noDefinitionAtUrl = (status: number) =>
  `there is no definition at that URL (status ${status})`

export const sandboxPortTaken = (reason: string) => ({
  message: `the sandbox could not be started: ${reason}`,
  hint: 'choose another --port, or leave it out',
})

export const sandboxNotStarted = (reason: string) => `the sandbox could not be started: ${reason}`

export const badFaults = (reason: string) => ({
  message: `the sandbox could not be started: ${reason}`,
  hint: 'a fault looks like this: {"do":"status","status":503}',
})

export const loginNotCounted = (reason: string) => `this login is not counted: ${reason}`
