/** Where profiles are. */
export interface ProfilesPlace {
  /** For the eye: the folder, or the store for many machines. */
  readonly folder: string
  /** The flag or variable that names it, if one does. */
  readonly chosenBy: string | undefined
  /** Whether the profile of a name is there, and not behind it on this machine. Absent: all are there. */
  keeps?(name: string): boolean
}
