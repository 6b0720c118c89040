/** What a login shows, whether or not anybody can be asked. Everything goes to standard error. */
export interface Announcer {
  /** Shows a line. */
  tell(text: string): void
  /** Draws a URL as a QR code, where asked for. */
  draw(url: string): Promise<void>
  /** Copies to the clipboard, where asked for. */
  copy(text: string): Promise<void>
  /** Shows a code for another device to a program; absent where a person reads what is told. */
  showCode?(code: DeviceCode): void
}

/** A code that somebody enters on another device; made harmless for a terminal. */
export interface DeviceCode {
  readonly page: string
  readonly code: string
  /** The page with the code in its address. */
  readonly completePage: string | undefined
  /** Epoch milliseconds. */
  readonly expiresAt: number
}
