import { words } from '../../messages/words.ts'
import { tools } from '../credential/table.ts'
import { shapeInWords, shapes } from '../output/shapes.ts'
import type { Block } from './layout.ts'

/** The commands that have none; a tool is answered in its own way. */
const silent = [
  ...['agent run', 'curl', 'demo', 'exec', 'provider new', 'provider schema'],
  ...['store reader-key', 'store rekey'],
  ...tools.map((tool) => `credential ${tool}`),
]

/** Every document that `--json` prints. */
export function jsonBlocks(): readonly Block[] {
  const { intro, rules, failure, noDocument } = words.topics.json
  return [
    { text: intro },
    { text: rules },
    { text: failure },
    ...Object.entries(shapes).map(([schema, shape]) => ({
      text: `${schema}\n  ${shape.by}: ${shapeInWords(shape)}`,
    })),
    { text: noDocument(silent.toSorted().join(', ')) },
  ]
}
