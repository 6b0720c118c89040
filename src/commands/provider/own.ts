import type { Command } from 'commander'
import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { checkFields, printJson, tell, wantsJson } from '../output/json.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { sayWould } from '../output/dry-run.ts'

const addReads = ['force', 'yes', 'dryRun', 'timeout', 'noInput'] as const satisfies FlagName[]

type AddFlags = CommonFlags & FlagsOf<(typeof addReads)[number]>

export const ownProviderRuns = { add: runAdd, remove: runRemove, schema: printSchema }

/** `tokn provider add|remove|schema`: definitions of the user's own. */
export function ownProviderCommands(
  provider: Command,
  context: Context,
  run: typeof ownProviderRuns,
): void {
  declare(provider, {
    usage: 'add <file>',
    group: 'change',
    flags: addReads,
    text: () => words.help.providerAdd,
    examples: ['tokn provider add my-api.json', 'tokn provider add - < my-api.json'],
  }).action((file: string, flags: AddFlags) => run.add(context, file, flags))
  declare(provider, {
    usage: 'remove <id>',
    group: 'change',
    aliases: ['rm'],
    text: () => words.help.providerRemove,
    examples: ['tokn provider remove my-api'],
  }).action((id: string, flags: CommonFlags) => run.remove(context, id, flags))
  declare(provider, {
    usage: 'schema',
    group: 'look',
    answers: false,
    text: () => words.help.providerSchema,
    examples: ['tokn provider schema > tokn-provider.schema.json'],
  }).action(() => run.schema(context))
}

async function printSchema(context: Context): Promise<void> {
  const { schema } = await context.definitions({})
  context.terminal.out(`${JSON.stringify(schema(), undefined, 2)}\n`)
}

async function runAdd(context: Context, file: string, flags: AddFlags): Promise<void> {
  await checkFields(flags, flags.dryRun === true ? 'tokn.dry-run/v1' : 'tokn.provider-add/v1')
  const definitions = await context.definitions(flags)
  const text = await definitions.load(file)
  const definition = definitions.check(text)
  const known = (await context.providers(flags)).find(({ id }) => id === definition.id)
  if (known?.source === 'built-in') {
    throw new ToknError('usage', words.commands.builtInName(definition.id))
  }
  if (known !== undefined && flags.force !== true) {
    throw new ToknError('usage', words.commands.providerExists(definition.id, file))
  }
  if (flags.dryRun === true) {
    const would = words.reports.wouldAdd(definition.title, definition.origins.join(', '))
    return sayWould(context, flags, [{ subject: definition.id, would }])
  }
  await agreeToOrigins(context, definition, flags)
  definitions.write(definition.id, text)
  if (wantsJson(flags)) {
    printJson(context, flags, { schema: 'tokn.provider-add/v1', ...definition })
  } else if (flags.quiet !== true) {
    context.terminal.say(words.reports.added(definition.id, definition.title))
  }
}

async function agreeToOrigins(
  context: Context,
  { id, origins }: { readonly id: string; readonly origins: readonly string[] },
  flags: AddFlags,
): Promise<void> {
  if (origins.length === 0) return
  if (flags.quiet !== true || flags.yes !== true)
    context.terminal.say(words.commands.alsoSends(id, origins.join(', ')))
  const agreed = await context.confirm(flags, words.commands.isThatRight())
  if (agreed === true) return
  throw new ToknError(
    agreed === undefined ? 'usage' : 'interrupted',
    words.commands.notAgreedToOrigins(),
  )
}

async function refuseBuiltIn(context: Context, id: string, flags: CommonFlags): Promise<void> {
  const known = (await context.providers(flags)).find((one) => one.id === id)
  if (known?.source !== 'built-in') return
  throw new ToknError('usage', words.commands.builtIn(id))
}

async function runRemove(context: Context, id: string, flags: CommonFlags): Promise<void> {
  await checkFields(flags, 'tokn.provider-remove/v1')
  const definitions = await context.definitions(flags)
  const used = context
    .ports(flags)
    .profiles.list()
    .filter(({ provider }) => provider === id)
  if (used.length > 0) {
    await refuseBuiltIn(context, id, flags)
    const names = used.map(({ name }) => name).join(', ')
    throw new ToknError('usage', words.commands.providerInUse(id, names))
  }
  if (definitions.remove(id)) {
    return tell(context, flags, words.reports.removed(id), {
      schema: 'tokn.provider-remove/v1',
      id,
    })
  }
  await refuseBuiltIn(context, id, flags)
  throw new ToknError('not_found', words.commands.noOwnProvider(display(id, 40)))
}
