/** The file that binds a folder, and those below it, to a profile. */
export const folderFileName = '.tokn'
