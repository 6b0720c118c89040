import { locatePaths } from '../../../src/io/paths.ts'

process.stdout.write(locatePaths(process.env).common)
