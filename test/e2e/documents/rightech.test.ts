import { deedsOf, examplesOf } from './document.ts'
import { deeds } from './rightech-deeds.ts'
import { examples } from './rightech.ts'

examplesOf('rightech', examples)
deedsOf('rightech', deeds)
