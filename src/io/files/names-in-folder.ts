import { readdirSync } from 'node:fs'

/** Names in a folder; none where there is no such folder, or where it cannot be read. */
export function namesInFolder(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
