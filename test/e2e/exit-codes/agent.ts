import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openFiles } from '../../../src/io/files/files.ts'
import { locatePaths } from '../../../src/io/files/paths.ts'
import { createUserLock } from '../../../src/io/files/user-lock.ts'
import { restsInData } from '../../../src/stores/catalog.ts'
import { socketOf } from '../../support/agent.ts'
import { run } from '../../support/run.ts'
import { alone, running } from './agent-keep.ts'
import { asksNobody, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { waitsForNothing } from './row.ts'
import { full, interruptedSoon, type Given } from './scene.ts'

/** The folder of the socket is open to others. */
const open: Given = async (scene) => {
  await alone(scene)
  mkdirSync(join(scene.home.path, 'run', 'tokn'), { mode: 0o755 })
}

/** There was an agent, and its folder was opened since. */
const opened: Given = async (scene) => {
  const { home } = scene
  await running()(scene)
  const folder = join(home.path, 'run', 'tokn')
  chmodSync(folder, 0o755)
  scene.ends.unshift(() => chmodSync(folder, 0o700))
}

/** Whatever was started is ended. */
const ended: Given = ({ home, env, ends }) =>
  ends.push(async () => await run(['agent', 'stop'], { home, env }))

/** Another process is making the socket, and takes its time. */
const making: Given = async (scene) => {
  await alone(scene)
  const environment = { ...scene.home.environment, ...scene.env }
  const files = openFiles()
  const paths = locatePaths(environment)
  const lock = createUserLock({ paths, files, command: 'another', restsInData })
  const held = await lock(`agent:${socketOf(scene.home)}`, 1_000)
  scene.ends.push(() => held.release())
}

const always = [asksNobody, judgesNothing, oneThing, startsNothing] as const

/** An agent, and what can be done with it. */
export const agent: Readonly<Record<string, Rows>> = {
  'agent run': {
    shown: [
      row(0, 'agent run', 'Ctrl-C', [alone, interruptedSoon]),
      row(2, 'agent run --timeout soon', 'no duration'),
      row(8, 'agent run', 'its folder is open to others', [open]),
      row(9, 'agent run', 'another is running', [running()]),
    ],
    never: [
      never('it prints nothing on standard output', 1),
      never('it serves what there is', 3),
      never('Ctrl-C is how it is told to end: 0', 130),
      ...always,
    ],
  },
  'agent start': {
    shown: [
      row(0, 'agent start', '', [alone, ended]),
      row(0, 'agent start', 'one is running', [running()]),
      row(1, 'agent start --json', 'standard output is full', [running(), full], { noHint: true }),
      row(2, 'agent start --timeout soon', 'no duration'),
      row(8, 'agent start', 'its folder is open to others', [open]),
      row(9, 'agent start --timeout 1s', 'another process is making its socket', [making]),
    ],
    never: [never('it serves what there is', 3), waitsForNothing, ...always],
  },
  'agent stop': {
    shown: [
      row(0, 'agent stop', 'one is running', [running()]),
      row(0, 'agent stop', 'none is running', [alone]),
      row(1, 'agent stop --json', 'standard output is full', [alone, full], { noHint: true }),
      row(2, 'agent stop --nonsense', 'no such flag'),
      row(8, 'agent stop', 'its folder is open to others', [opened]),
    ],
    never: [
      never('that none is running is what is wanted', 3),
      never('an agent ends in time: what is under way is cut off', 9),
      waitsForNothing,
      ...always,
    ],
  },
  'agent status': {
    shown: [
      row(0, 'agent status', 'one is running', [running()]),
      row(1, 'agent status', 'standard output is full', [running(), full], { noHint: true }),
      row(2, 'agent status --nonsense', 'no such flag'),
      row(3, 'agent status', 'none is running', [alone]),
      row(8, 'agent status', 'its folder is open to others', [opened]),
    ],
    never: [never('it takes no lock', 9), waitsForNothing, ...always],
  },
}
