import { ToknError } from '../core/errors.ts'
import type { Seal } from '../core/seal.ts'
import { words } from '../messages/words.ts'
import { decryptText, encryptText } from './file/jwe.ts'
import { formerOf } from './former-keys.ts'

const type = 'tokn-sealed+jwe'

/** Seals texts as JWE (`dir`, A256GCM); the label is part of the authenticated header. */
export const seal: Seal = {
  seal: async (text, key, label) => encryptText(text, key, { typ: type, label }),
  async open(sealed, key, label) {
    for (const one of [key, ...formerOf(key)]) {
      const opened = decryptText(sealed, one)
      if (opened?.header['typ'] === type && opened.header['label'] === label) return opened.text
    }
    throw new ToknError('store', words.stores.notSealedHere())
  },
}
