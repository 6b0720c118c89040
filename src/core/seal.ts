/** Authenticated encryption of a text; `label` is authenticated with it. `open` throws `store`. */
export interface Seal {
  seal(text: string, key: Uint8Array, label: string): Promise<string>
  open(sealed: string, key: Uint8Array, label: string): Promise<string>
}
