import type { Command } from 'commander'
import type { Colours } from '../core/process.ts'
import { join } from 'node:path'
import { ToknError } from '../core/errors.ts'
import { quoteWord } from '../core/quoting.ts'
import { display } from '../core/text.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { words } from '../messages/words.ts'
import { demoChapters, type DemoStep } from './demo/steps.ts'
import { sandboxedApis } from './sandbox.ts'

export function demoCommand(program: Command, context: Context, run = runDemo): void {
  complete(program, 'demo', {
    answers: false,
    examples: ['tokn demo'],
  }).action((flags: CommonFlags) => run(context, flags))
}

/**
 * Runs real commands of this very program against the sandbox, with an encrypted store in a folder
 * that is removed afterwards. Throws `internal` when one of them does not end as it should, and
 * `interrupted` after the one during which the user ended it.
 */
async function runDemo(context: Context, flags: CommonFlags): Promise<void> {
  const colours = await context.terminal.colours(flags)
  // Listened for, since the folder would stay otherwise.
  const watched = await context.watchInterruption()
  const interruption = watched.happened.then(() => true)
  const folder = await context.temporaryFolder()
  const sandbox = await context.startSandbox({ names: sandboxedApis, strict: true })
  const variables = isolated(folder.path)
  const { clock } = context.ports(flags)
  const began = clock.now()
  let count = 0
  try {
    context.terminal.show(words.demo.begins(colours.bold('tokn demo')))
    for (const chapter of demoChapters(sandbox.apis)) {
      context.terminal.show('', colours.bold(colours.cyan(chapter.title)))
      for (const step of chapter.steps) {
        const ended = await show(context, colours, step, variables)
        const cancelled = await Promise.race([interruption, false])
        if (cancelled) throw new ToknError('interrupted', words.demo.cancelled())
        check(step, ended)
        count++
      }
    }
  } finally {
    await sandbox.close()
    folder.remove()
  }
  const seconds = ((clock.now() - began) / 1_000).toFixed(1)
  context.terminal.show('', words.demo.done(colours.green(words.demo.doneWord()), count, seconds))
  const login = [...(await context.typedName()), 'login']
  context.terminal.show(words.demo.next(login.map(quoteWord).join(' ')))
}

async function show(
  context: Context,
  colours: Colours,
  step: DemoStep,
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  context.terminal.show('', `  ${colours.dim(`# ${step.why}`)}`)
  context.terminal.show(`  ${colours.bold(`$ tokn ${step.args.map(word).join(' ')}`)}`)
  const { status, out, err } = await context.runSelf(step.args, { ...variables, ...step.variables })
  for (const line of [...lines(out), ...lines(err)]) context.terminal.show(`  ${shorten(line)}`)
  return status
}

function check(step: DemoStep, status: number): void {
  if (status === (step.status ?? 0)) return
  throw new ToknError(
    'internal',
    words.demo.endedOtherwise(step.args[0] ?? '', status, step.status ?? 0),
  )
}

/** Variables that keep the demonstration apart from everything the user has. */
function isolated(folder: string): Readonly<Record<string, string>> {
  const key = Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(32))).toString(
    'base64url',
  )
  return {
    HOME: folder,
    TOKN_CONFIG_DIR: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    TOKN_STORE: 'file',
    TOKN_STORE_KEY: key,
    TOKN_PROFILE: '',
    TOKN_PROVIDER: '',
    TOKN_TOKEN: '',
    NO_COLOR: '1',
  }
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

function shorten(line: string): string {
  return display(line, 110)
}

/** A word as one would type it; long programs are only hinted at. */
function word(text: string): string {
  return quoteWord(text.length > 60 ? `${text.slice(0, 40)}...` : text)
}
