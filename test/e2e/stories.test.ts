import { join } from 'node:path'
import { tellStories } from './tell-stories.ts'

tellStories('stories told to the real program', join(import.meta.dirname, 'stories'), 120_000)
