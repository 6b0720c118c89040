import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ensureDirectory, openFiles } from './files.ts'
import { isDirectory } from './shared-folders.ts'

/** Longest file that is looked at, in bytes. */
const longest = 65_536

/** Files in a folder from which programs are started for a user. Each call throws `store`. */
export function openStartFolder(folder: string) {
  const files = openFiles()
  return {
    pathOf: (name: string) => join(folder, name),
    read: (name: string) => {
      const bytes = files.read(join(folder, name), longest)
      return bytes === undefined ? undefined : Buffer.from(bytes).toString()
    },
    write: (path: string, text: string) => {
      ensureDirectory(folder)
      files.write(path, Buffer.from(text))
    },
    remove: (path: string) => {
      files.remove(path)
      for (const link of linksTo(folder, path)) files.remove(link)
    },
  }
}

/** The links by which a unit is wanted (systemctl enable): nothing takes them away without its file. */
function linksTo(folder: string, path: string): readonly string[] {
  const name = path.slice(folder.length + 1)
  return ['sockets.target.wants', 'default.target.wants'].flatMap((wants) => {
    const link = join(folder, wants, name)
    return isDirectory(join(folder, wants)) && isLinkTo(link, path) ? [link] : []
  })
}

function isLinkTo(link: string, path: string): boolean {
  try {
    return lstatSync(link).isSymbolicLink() && resolve(dirname(link), readlinkSync(link)) === path
  } catch {
    return false
  }
}
