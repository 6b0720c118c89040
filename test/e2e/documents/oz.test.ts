import { deedsOf, examplesOf } from './document.ts'
import { deeds, examples } from './oz.ts'

examplesOf('oz', examples)
deedsOf('oz', deeds)
