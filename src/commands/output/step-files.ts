/** How a step of a CI job tells later steps of variables. */
export interface StepFiles {
  /** Throws `usage` where there are no such files, or they take no variable of that name. */
  check(variable: string): void
  /** Throws `usage`, also for a value that is not one line. */
  append(variable: string, value: string): void
}
