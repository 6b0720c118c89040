import { words } from '../../messages/words.ts'
import { shapeInWords, shapes } from '../output/shapes.ts'
import type { Block } from './layout.ts'

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
    { text: noDocument('curl, demo, exec, provider new, provider schema') },
  ]
}
