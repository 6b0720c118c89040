import { ToknError } from '../../core/errors.ts'
import { operations, type Operation, type Provider } from '../../core/provider.ts'
import { display, nearOnes } from '../../core/text.ts'
import { variableOf } from '../../core/variable.ts'
import { words } from '../../messages/words.ts'
import { openUnprofiled } from '../../session/open-anywhere.ts'
import type { CommonFlags, Context, ProviderSummary } from '../context.ts'
import type { FlagsOf } from '../flags/table.ts'
import { checkFields, checkOneShape, jsonFlag, printJson, wantsJson } from '../output/json.ts'
import { wayOf } from '../output/provider-words.ts'
import { table } from '../output/table.ts'
import { describeTraits, traitRows } from './traits.ts'

export type ShowFlags = CommonFlags & FlagsOf<'definition'>

/** Shows what a provider asks for, how its tokens travel and end, and what it can do. */
export async function showProvider(context: Context, id: string, flags: ShowFlags): Promise<void> {
  checkOneShape(flags.definition === true ? '--definition' : undefined, jsonFlag(flags))
  if (flags.definition === true) return await showDefinition(context, id, flags)
  await checkFields(flags, 'tokn.provider/v1')
  const known = await context.providers(flags)
  const summary = known.find((one) => one.id === id)
  if (summary === undefined) {
    const near = nearOnes(
      id,
      known.map((one) => one.id),
    )
    throw new ToknError('not_found', words.commands.noSuchProvider(display(id, 40), near))
  }
  const provider = await openUnprofiled(context.ports(flags), id, summary.needsBaseUrl)
  if (wantsJson(flags)) {
    printJson(context, flags, {
      schema: 'tokn.provider/v1',
      ...shownSummary(summary),
      ...describe(provider),
      ...describeTraits(provider, summary.needsBaseUrl),
    })
    return
  }
  const [first, ...titles] = words.reports.fieldTitles()
  context.terminal.show(
    provider.title,
    provider.docs,
    '',
    ...table(traitRows(provider, summary.needsBaseUrl), context.terminal),
    '',
    ...table([[`  ${first}`, ...titles], ...provider.fields.map(fieldRow)], context.terminal),
    '',
    ...table(
      operations.map((operation) => operationRow(provider, operation)),
      context.terminal,
    ),
  )
}

/** Without the paths of its requests, which only a login reads. */
export function shownSummary(summary: ProviderSummary): Omit<ProviderSummary, 'paths'> {
  const { paths: _, ...shown } = summary
  return shown
}

async function showDefinition(context: Context, id: string, flags: CommonFlags): Promise<void> {
  const text = (await context.definitions(flags)).text(id)
  if (text !== undefined && context.terminal.outIsTerminal) {
    return context.terminal.show(...text.trimEnd().replaceAll('\t', '  ').split(/\r?\n/))
  }
  if (text !== undefined) return context.terminal.out(`${text.trimEnd()}\n`)
  throw new ToknError('not_found', words.commands.noDefinition(display(id, 40)))
}

function fieldRow(field: Provider['fields'][number]): readonly string[] {
  const { choices, optional, secret, usually } = words.reports.fieldNotes
  const notes = [
    field.label,
    field.secret === true ? secret : '',
    field.optional === true ? optional : '',
    field.default === undefined ? '' : usually(field.default),
    field.choices === undefined ? '' : choices(field.choices.join(', ')),
  ]
  return [`  ${field.name}`, variableOf(field.name), notes.filter((note) => note !== '').join('; ')]
}

function operationRow(provider: Provider, operation: Operation): readonly string[] {
  const { can, canByIssuing, cannot } = words.reports
  const ways = { own: can, issuing: canByIssuing, none: () => cannot(provider.why[operation]) }
  return [`  ${operation}`, ways[wayOf(provider, operation)]()]
}

function describe(provider: Provider) {
  return {
    fields: provider.fields,
    rotation: provider.rotation,
    budget: provider.budget ?? null,
    operations: Object.fromEntries(operations.map((one) => [one, provider[one] !== undefined])),
    why: provider.why,
  }
}
