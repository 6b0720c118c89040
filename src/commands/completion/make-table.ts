import type { Command, Option } from 'commander'
import { words as texts } from '../../messages/words.ts'
import { flagOf, meaningOfOption, takesRest, toldOf } from '../flags/declare.ts'
import { namesOf, pathOf } from '../flags/path.ts'
import { profileSettings } from '../flags/profile-settings.ts'
import type { FlagName } from '../flags/table.ts'
import { namesIn, shapes, type Shape } from '../output/shapes.ts'
import { sandboxedApis } from '../sandbox.ts'
import { completedShells } from './shells.ts'
import type {
  CompletionTable,
  Meaning,
  TabledArgument,
  TabledCommand,
  TabledFlag,
  TabledProvider,
  Wanted,
} from './table.ts'

/** What the table has besides the tree. */
export interface Further {
  readonly providers: readonly TabledProvider[]
  /** Values of flags that are not listed where the flag is declared. */
  readonly choices: Partial<Record<FlagName, readonly string[]>>
}

/** By the name that help gives to a value or an argument. */
const byPlaceholder: Readonly<Record<string, Meaning>> = {
  profile: 'profile',
  variable: 'variable',
  path: 'path',
  file: 'path',
  dir: 'folder',
  folder: 'folder',
  token: 'token',
  scope: 'scope',
}

/** Where that name does not say it. */
const byFlag: Partial<Record<FlagName, Wanted>> = {
  profile: { meaning: 'profile' },
  provider: { meaning: 'provider' },
  // A new name.
  saveAs: {},
}

/** The same for arguments, by the words that lead to them. */
const byArgument: Readonly<Record<string, Wanted>> = {
  'profile rename from': { meaning: 'profile' },
  'profile set setting': { choices: profileSettings },
  'provider show id': { meaning: 'provider' },
  'provider test id': { meaning: 'provider or file' },
  'provider remove id': { meaning: 'own provider' },
  'sandbox api': { choices: sandboxedApis },
  'completion shell': { choices: completedShells },
}

/** The table of the whole tree below `program`. */
export function makeTable(program: Command, { providers, choices }: Further): CompletionTable {
  const flags: TabledFlag[] = []
  const places = new Map<string, number>()
  const tree = tableCommand(program)
  return {
    flags,
    program: { ...tree, commands: [...tree.commands, helpCommand()] },
    providers,
    topics: Object.entries(texts.help.topics).map(([value, about]) => ({ value, about })),
  }

  function tableCommand(command: Command): TabledCommand {
    return {
      names: namesOf(command),
      about: toldOf(command)?.text().summary ?? '',
      flags: [...command.options.map((one) => tableFlag(one, command)), helpFlag()].map(placeOf),
      arguments: command.registeredArguments.map((argument) => ({
        ...wantedOf(`${pathOf(command)}${argument.name()}`, argument.name()),
        ...(argument.variadic ? { variadic: true } : {}),
      })),
      commands: command.commands.map(tableCommand),
      ...(takesRest(command) ? { rest: command.name() === 'curl' ? 'curl' : 'command' } : {}),
    }
  }

  function tableFlag(option: Option, command: Command): TabledFlag {
    const declared = flagOf(option)
    const names = [option.short, option.long].filter((name) => name !== undefined)
    if (declared === undefined) return { names, about: meaningOfOption(option) }
    const { name, flag, meaning } = declared
    const fields = name === 'fields' || name === 'field' ? fieldsOf(command) : undefined
    const listed = fields ?? choices[name] ?? flag().choices
    return {
      names,
      about: meaning(),
      ...(flag().value === undefined ? {} : { valued: true }),
      ...(flag().repeatable === true ? { repeatable: true } : {}),
      ...(name === 'fields' ? { list: true } : {}),
      ...(listed === undefined ? (byFlag[name] ?? meant(flag().value ?? '')) : { choices: listed }),
    }
  }

  /** The place of a flag in the list, where each is once. */
  function placeOf(flag: TabledFlag): number {
    const text = JSON.stringify(flag)
    const place = places.get(text) ?? flags.push(flag) - 1
    places.set(text, place)
    return place
  }
}

/** The fields of the documents that a command prints; of one that prints none, nothing is known. */
function fieldsOf(command: Command): readonly string[] {
  const path = pathOf(command).trim()
  const printed = Object.values<Shape>(shapes).filter(({ by }) => by.replace(/ --.*/, '') === path)
  return [...new Set(printed.flatMap(namesIn))]
}

function helpCommand(): TabledCommand {
  const argument: TabledArgument = { meaning: 'help', variadic: true }
  const { summary: about } = texts.help.help
  return { names: ['help'], about, flags: [], arguments: [argument], commands: [] }
}

function helpFlag(): TabledFlag {
  return { names: ['-h', '--help'], about: texts.help.printHelp }
}

function wantedOf(path: string, placeholder: string): Wanted {
  return byArgument[path] ?? meant(placeholder)
}

function meant(placeholder: string): Wanted {
  const { [placeholder]: meaning } = byPlaceholder
  return meaning === undefined ? {} : { meaning }
}
