type Action = (...given: never[]) => Promise<unknown>

/** Actions of these names, whose code `load` brings when the first of them is called. */
export function whenNeeded<Name extends string, Actions extends Readonly<Record<Name, Action>>>(
  names: readonly Name[],
  load: () => Promise<Actions>,
): Actions {
  let loaded: Promise<Actions> | undefined
  const entries = names.map((name) => {
    const action: Action = async (...given) => await (await (loaded ??= load()))[name](...given)
    return [name, action] as const
  })
  return Object.fromEntries(entries) as Readonly<Record<Name, Action>> as Actions
}
