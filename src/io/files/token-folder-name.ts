/** What the name of each folder of tokens begins with; the id of its process follows. */
export const tokenFolderPrefix = 'tokn-files-'

/** The process whose folder of tokens has this name; `NaN` for any other name. */
export const pidOfTokenFolder = (name: string): number =>
  Number(/^tokn-files-(\d+)/.exec(name)?.[1])
