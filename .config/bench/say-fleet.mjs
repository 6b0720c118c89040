// What `npm run bench -- fleet` has measured, as tables that docs/fleet.md and docs/performance.md take as
// they are.
import { median } from './timing.mjs'

/** How far the model may be from what was seen. */
const fits = 0.25

/** Of the processors, that much to others makes a measure none. */
const quiet = 0.1

/** Costs of a job, which are all that the model is made from, and how well that foretells real ones. */
export function tellJobs({ name, wall, before, during, server, starting, cores, checks }) {
  const worst = Math.max(...checks.map(({ real, model }) => Math.abs(real / model - 1)))
  const busiest = Math.max(...checks.map(({ others }) => others))
  const verdict =
    worst <= fits
      ? `The model is within ${percent(worst)} of real jobs.`
      : `The model is off by ${percent(worst)} here: the table of sizes is no measure.`
  return [
    '',
    `What goes into the model: ${name}, a good token, on a machine of ${cores} processors (Node ${process.version}).`,
    ...table(
      ['one job', 'takes'],
      [
        ['of a processor where it runs, before it connects', ms(before)],
        ['of that, from then on', ms(during)],
        ['of a processor of the engine', ms(server)],
        ['from its start to its end, alone', ms(wall)],
        ['of the processor that starts it, on this machine alone', ms(starting)],
      ],
    ),
    '',
    'The model against real jobs, which start at once and share all processors with the engine:',
    ...table(
      ['jobs', 'they took', 'the model says', 'of a processor, each', 'others took meanwhile'],
      checks.map((one) => [
        ...[whole(one.count), duration(one.real), duration(one.model)],
        ...[ms(one.each), percent(one.others)],
      ]),
    ),
    '',
    verdict,
    ...(busiest > quiet ? ['Others were busy meanwhile: measure again on a quiet machine.'] : []),
  ]
}

/** What the model says of an engine with one processor, and jobs on machines of their own. */
export function tellSizes(sizes) {
  return [
    '',
    'An engine with one processor, and jobs on machines of their own, at random moments of an hour; and all of a minute at once:',
    ...table(
      [
        'jobs an hour',
        'of one processor of the engine',
        'connections, mean and 99 % of the time',
        'with a connection, p99',
        'all of a minute at once',
        'connections then',
        'p99 then',
      ],
      sizes.map((one) => [
        ...[whole(one.count), percent(one.load), `${digits(one.mean)}, ${one.connections}`],
        ...[duration(one.p99), whole(one.atOnce), whole(one.peak), duration(one.last)],
      ]),
    ),
  ]
}

/** Rows of `measureFleet`, or the error that one of them has come to. */
export function tellMachines(rows, { callers, slow, lease }) {
  const meant = (good) => slow / 1_000 + 1.5 * good
  const cells = ({ good, expired, requests, failed, takeovers }) => [
    ...[duration(good), duration(expired), duration(meant(good)), requests, failed],
    ...[duration(median(takeovers) / 1_000), duration(lease / 1_000 + 1)],
  ]
  return [
    '',
    `${callers} jobs at once on four machines (networks apart, one computer), until the last has its token; and what passes between the death of a holder and the request of whoever takes over:`,
    ...table(
      [
        'engine',
        'with a good token',
        `expired, a refresh of ${slow} ms`,
        'meant, at most',
        'requests (1 meant)',
        'failed (0 meant)',
        `takeover, median of ${rows.find(({ takeovers }) => takeovers)?.takeovers.length ?? 0}`,
        'meant, at most',
      ],
      rows.map((row) => [
        row.engine,
        ...(row.error === undefined ? cells(row) : [`not measured: ${row.error}`]),
      ]),
    ),
  ]
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const padded = rows.map((cells) => heads.map((_, at) => cells[at] ?? ''))
  return ['', line(heads), line(heads.map(() => '---')), ...padded.map(line)]
}

function ms(seconds) {
  return `${(seconds * 1_000).toFixed(1)} ms`
}

function duration(seconds) {
  return seconds < 1 ? `${(seconds * 1_000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`
}

function percent(part) {
  return `${digits(100 * part)} %`
}

/** Two digits that say something. */
function digits(value) {
  return value >= 10 ? value.toFixed(0) : String(Number(value.toPrecision(value < 0.1 ? 1 : 2)))
}

function whole(value) {
  return value.toLocaleString('en')
}
