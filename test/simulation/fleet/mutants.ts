import type { Patch } from '../bundle.ts'
import type { Mutant } from '../mutants.ts'

/** A change within what machines share. */
function patch(file: string, find: string, replace: string): Patch {
  return { file: `src/stores/shared/${file}`, find, replace }
}

/** Faults of what machines share, or of the refresh where it asks that. */
export const fleetMutants: readonly Mutant[] = [
  {
    name: 'nobody looks again at the lease before a request is sent',
    patches: [
      {
        file: 'src/session/refresh/sending.ts',
        find: 'const mayStillSend = spends ? await lock.permit?.(record.generation) : undefined',
        replace: 'const mayStillSend = spends ? () => record.generation > 0 : undefined',
      },
    ],
    breaks: 'ag',
    world: 'fleet',
  },
  {
    name: 'who may send once may send for ever',
    patches: [
      patch(
        'lock.ts',
        'if (unchanged && lease.lasts(margin)) return () => lease.lasts(margin)',
        'if (unchanged && lease.lasts(margin)) return () => true',
      ),
    ],
    breaks: 'ag',
    world: 'fleet',
  },
  {
    name: 'what had no answer is sent again by who was overtaken after it',
    patches: [
      {
        file: 'src/session/refresh/refresh-tokens.ts',
        find: 'if (overtaken) unanswered.set(digestOfSpent(record), lost)',
        replace: 'if (overtaken) unanswered.set(digestOfSpent(record).slice(1), lost)',
      },
    ],
    breaks: 'a',
    world: 'fleet',
    first: 10_044_014,
  },
  {
    name: 'a lease ends by the clock of whoever asks',
    patches: [
      {
        file: 'test/simulation/fleet/fleet.ts',
        find: '() => this.#watch(process, operation, run)',
        replace:
          '() => (Object.assign(this, { skew: process.machine.skew }), this.#watch(process, operation, run))',
      },
      {
        file: 'test/simulation/fleet/fleet.ts',
        find: 'now: () => world.now',
        replace: 'now: () => world.now + ((this as { skew?: number }).skew ?? 0)',
      },
    ],
    breaks: 'abg',
    world: 'fleet',
  },
  {
    name: 'an answer is written by who has the lease alone',
    patches: [
      patch(
        'journal.ts',
        '            { generation },',
        '            { generation, fence: holds.get(id)?.fence },',
      ),
    ],
    breaks: 'ab',
    world: 'fleet',
  },
  {
    name: 'an intent is written by whoever comes',
    patches: [
      patch(
        'journal.ts',
        'const conditions = { begins: true, fence: hold?.fence, generation }',
        'const conditions = { begins: true, generation }',
      ),
    ],
    breaks: 'g',
    world: 'fleet',
  },
  {
    name: 'an intent is written over an answer that came since',
    patches: [patch('journal.ts', 'if (hasMore(content, [seen, own])) throw lockLost()', '')],
    breaks: 'ab',
    world: 'fleet',
  },
  {
    name: 'another life of the engine is none',
    patches: [
      patch(
        'doubt.ts',
        'if (life !== (await engine.incarnation())) return',
        `if (life === '') return`,
      ),
    ],
    breaks: 'ab',
    world: 'fleet',
  },
  {
    name: 'a row is written without a look at what it was',
    patches: [
      patch(
        'rows.ts',
        'const when = { ...change.when, version: row?.version, keys: version }',
        'const when = { keys: version }',
      ),
    ],
    breaks: 'abdeg',
    world: 'fleet',
  },
  {
    name: 'instants are by the clock of whoever has written them',
    patches: [patch('engine-clock.ts', 'if (mayBe(known)) return', 'if (known === 0) return')],
    breaks: 'fh',
    world: 'fleet',
  },
]
