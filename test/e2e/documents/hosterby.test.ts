import { deedsOf, examplesOf } from './document.ts'
import { deeds } from './hosterby-deeds.ts'
import { endsBeforeKeys, examples } from './hosterby.ts'

examplesOf('hosterby', examples, endsBeforeKeys)
deedsOf('hosterby', deeds, endsBeforeKeys)
