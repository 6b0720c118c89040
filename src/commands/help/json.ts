import { words } from '../../messages/words.ts'
import { shapeInWords, shapes } from '../output/shapes.ts'
import type { Block, Item } from './layout.ts'

/** Every document that `--json` prints. */
export function jsonBlocks(): readonly Block[] {
  const { intro, rules, failure, noDocument } = words.topics.json
  const documents = Object.entries(shapes).map(([schema, shape]): Item => [
    schema,
    `${shape.by}: ${shapeInWords(shape)}`,
  ])
  return [
    { text: intro },
    { text: rules },
    { text: failure },
    ...documents.map(([schema, text]) => ({ text: `${schema}\n  ${text}` })),
    { text: noDocument('curl, demo, exec, provider new, provider schema') },
  ]
}
