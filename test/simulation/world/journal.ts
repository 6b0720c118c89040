import { ToknError } from '../../../src/core/errors.ts'
import type { Journal, JournalEntry, JournalSlot } from '../../../src/core/ports.ts'
import type { SimulatedProcess } from './process.ts'

interface Frame {
  readonly kind: 'intent' | 'answer' | 'record'
  readonly text: string
}

/** A file of frames; one that was replaced lives on for those who have it open. */
interface FrameFile {
  frames: readonly Frame[]
}

/** The files of a journal on the disk that all processes share. */
export class FrameFiles {
  readonly #files = new Map<string, FrameFile>()

  /** The journal as `process` has it; `label` is what its calls are called. */
  open(process: SimulatedProcess, label: string): Journal {
    const files = this.#files
    const { world } = process
    const disk = world.settings.faults.disk
    const at = <Value>(name: string, probability: number, effect: () => Value): Value =>
      process.point(`${label}.${name}`, () => {
        if (world.fails(`${label}.${name}`, probability)) {
          world.note(() => `${process.name} ${label}.${name}: the disk fails`)
          if (name === 'answer') world.facts.unkept(process)
          throw new ToknError('store', `the disk fails: ${label}.${name}`)
        }
        world.note(() => `${process.name} ${label}.${name}`)
        return effect()
      })
    const open = (entry: string, file: FrameFile): JournalSlot => {
      let position = file.frames.length
      const append = (kind: Frame['kind'], text: string) => {
        // Written where this process last was: over what another has written there meanwhile.
        file.frames = [...file.frames.slice(0, position), { kind, text }]
        position++
        // What is kept aside is known on its machine alone.
        if (kind !== 'intent' && label !== 'aside' && files.get(entry) === file) {
          world.facts.journalled(process, kind)
        }
      }
      return {
        intend: async (text) => at('intend', disk, () => append('intent', text)),
        answer: async (text) => at('answer', disk * 0.3, () => append('answer', text)),
        record: async (text) => at('record', disk, () => append('record', text)),
        remove: async () =>
          at('remove', disk * 0.3, () => {
            if (files.get(entry) === file) files.delete(entry)
          }),
      }
    }
    return {
      reserve: async (entry) => {
        const earlier = files.get(entry)?.frames.findLast(({ kind }) => kind === 'intent')
        try {
          return at('reserve', disk, () => {
            if (label === 'journal') world.facts.journalling(process)
            const file = { frames: earlier === undefined ? [] : [earlier] }
            files.set(entry, file)
            return open(entry, file)
          })
        } catch (error) {
          if (earlier === undefined && process.state !== 'dead') files.delete(entry)
          throw error
        }
      },
      resume: async (entry) =>
        at('resume', disk * 0.3, () => {
          if (label === 'journal') world.facts.journalling(process)
          const file = files.get(entry)
          if (file === undefined) throw new ToknError('store', 'there is no such file')
          return open(entry, file)
        }),
      read: async (entry) => process.point(`${label}.read`, () => this.read(entry)),
      remove: async (entry) =>
        at('remove', disk * 0.3, () => {
          files.delete(entry)
          if (label !== 'aside') world.facts.erased(process)
        }),
      list: async (prefix = '') => [...files.keys()].filter((entry) => entry.startsWith(prefix)),
    }
  }

  read(entry: string): JournalEntry | undefined {
    const frames = this.#files.get(entry)?.frames ?? []
    const intent = frames.findLast(({ kind }) => kind === 'intent')
    if (intent === undefined) return undefined
    return {
      intent: intent.text,
      answers: frames.filter(({ kind }) => kind === 'answer').map(({ text }) => text),
      record: frames.findLast(({ kind }) => kind === 'record')?.text,
    }
  }
}
