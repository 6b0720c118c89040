import { join } from 'node:path'
import { tellStories } from '../e2e/tell-stories.ts'

const folder = join(import.meta.dirname, 'stories')
tellStories('longer stories told to the real program', folder, 240_000)
