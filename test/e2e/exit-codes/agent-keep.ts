import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../support/run.ts'
import { asksNobody, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { waitsForNothing } from './row.ts'
import { file, full, person, type Given } from './scene.ts'

/** There is a folder for sockets, of this scene alone. */
export const alone: Given = ({ home, env }) => {
  env['XDG_RUNTIME_DIR'] = join(home.path, 'run')
  mkdirSync(env['XDG_RUNTIME_DIR'], { mode: 0o700, recursive: true })
}

/** An agent is running, after these further commands. */
export function running(...lines: readonly (readonly string[])[]): Given {
  return async (scene) => {
    await alone(scene)
    const { home, env } = scene
    scene.ends.push(async () => await run(['agent', 'stop'], { home, env }))
    for (const line of [['agent', 'start'], ...lines]) {
      const ended = await run(line, { home, env })
      if (ended.status !== 0) throw new Error(`${line.join(' ')}: ${ended.err}`)
    }
  }
}

const right = file('right', 'correct horse')
const wrong = file('wrong', 'wrong horse')
const locked: Given = async (scene) => {
  right(scene)
  await running(['agent', 'lock', '--passphrase-file', 'right'])(scene)
}

const unit = '../config/systemd/user/tokn-agent.service'
const oneAgent = [
  asksNobody,
  judgesNothing,
  oneThing,
  startsNothing,
  never('it takes no lock', 9),
] as const

/** Locking an agent, and having one started by the system. */
export const agentKeep: Readonly<Record<string, Rows>> = {
  'agent lock': {
    shown: [
      row(0, 'agent lock', 'an agent is running', [running()]),
      row(1, 'agent lock --json', 'standard output is full', [running(), full], { noHint: true }),
      row(2, 'agent lock --passphrase-file missing', 'an agent is running', [running()], {
        noHint: true,
      }),
      row(3, 'agent lock', 'none is running', [alone]),
      row(8, 'agent lock --passphrase-file right', 'it is locked already', [locked]),
      row(
        130,
        'agent lock',
        'Ctrl-C at the question',
        [running(), person(/Passphrase/, '\u0003')],
        {
          once: true,
        },
      ),
    ],
    never: oneAgent,
  },
  'agent unlock': {
    shown: [
      row(0, 'agent unlock --passphrase-file right', 'it is locked with that', [locked]),
      row(1, 'agent unlock --json', 'standard output is full', [running(), full], { noHint: true }),
      row(2, 'agent unlock --passphrase-file missing', 'it is locked', [locked], { noHint: true }),
      row(3, 'agent unlock', 'none is running', [alone]),
      row(8, 'agent unlock', 'it is locked with a passphrase, and nobody can be asked', [locked]),
      row(8, 'agent unlock --passphrase-file wrong', 'it is locked with another', [locked, wrong]),
      row(130, 'agent unlock', 'Ctrl-C at the question', [locked, person(/Passphrase/, '\u0003')], {
        once: true,
      }),
    ],
    never: oneAgent,
  },
  'agent install': {
    shown: [
      row(0, 'agent install', '', []),
      row(0, 'agent install --undo', 'nothing is installed', []),
      row(1, 'agent install', 'standard output is full', [full], { noHint: true }),
      row(2, 'agent install', 'there is a unit of somebody else', [file(unit, '[Unit]\n')]),
      row(2, 'agent install --undo', 'there is a unit of somebody else', [file(unit, '[Unit]\n')]),
      row(8, 'agent install', 'a file is where a folder has to be', [
        file('../config/systemd', ''),
      ]),
    ],
    never: [
      never('it names nothing that could be missing', 3),
      never('it takes no lock', 9),
      asksNobody,
      judgesNothing,
      oneThing,
      startsNothing,
      waitsForNothing,
    ],
  },
}
