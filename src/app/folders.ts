import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CommonFlags, Configuration } from '../commands/context.ts'
import type { Folders } from '../core/folder-profile.ts'
import { ToknError } from '../core/errors.ts'
import { folderFileName } from '../core/folder-file.ts'
import { removeFolderFile, writeFolderFile } from '../io/files/bind-folder.ts'
import { listFolderFiles, readFolderFile } from '../io/files/folder-profile.ts'
import { currentFolder } from '../io/files/folders-above.ts'
import { listConfigChoices, type Environment } from '../io/files/paths.ts'
import { showPath } from '../io/files/system-error.ts'
import { words } from '../messages/words.ts'

export function openFolders(): Folders {
  return {
    list: () => [...listFolderFiles()],
    place() {
      const folder = currentFolder()
      if (folder === undefined) throw new ToknError('usage', words.folders.noFolder())
      const path = join(folder, folderFileName)
      const found = readFolderFile(folder) ?? (isThere(path) ? 'directory' : undefined)
      return { path, shown: showPath(path), folder: showPath(dirname(path)), found }
    },
    write: writeFolderFile,
    remove: removeFolderFile,
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

export function listConfigurations(
  environment: Environment,
  { configDir }: CommonFlags,
): readonly Configuration[] {
  const choices = listConfigChoices(environment, { configDirectory: configDir })
  return choices.map((one) => ({ ...one, shown: showPath(one.path) }))
}
