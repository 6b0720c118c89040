/** Something wrong with a definition, at a place in it. */
export interface Problem {
  /** JSON Pointer. */
  readonly pointer: string
  /** What was expected there, in words. */
  readonly message: string
  /** Whether the place is a key that no definition has there. */
  readonly unknownKey?: true
}
