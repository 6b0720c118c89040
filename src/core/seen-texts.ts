/** Texts that are remembered at first, and may be at most; half of the places stay empty. */
const [fewest, most] = [1_024, 2_097_152]

/**
 * Which texts there were before, by 53 bits of each: of a million about one pair in a hundred thousand
 * runs takes one text for another. Takes 16 to 32 bytes for a text, and remembers the first two
 * million of them.
 */
export class SeenTexts {
  readonly #seed = Math.floor(Math.random() * 0xffffffff)
  #places = new Float64Array(2 * fewest)
  #size = 0

  /** Remembers `text`; whether it was there before. */
  add(text: string): boolean {
    const mark = markOf(text, this.#seed)
    const at = placeOf(this.#places, mark)
    if (this.#places[at] === mark) return true
    if (this.#size >= most) return false
    this.#places[at] = mark
    this.#size++
    if (2 * this.#size > this.#places.length) this.#grow()
    return false
  }

  #grow(): void {
    const before = this.#places
    this.#places = new Float64Array(2 * before.length)
    for (const mark of before) if (mark !== 0) this.#places[placeOf(this.#places, mark)] = mark
  }
}

/** Where `mark` is, or has to be; there is always an empty place, which is 0. */
function placeOf(places: Float64Array, mark: number): number {
  let at = mark % places.length
  while (places[at] !== 0 && places[at] !== mark) at = (at + 1) % places.length
  return at
}

/** A number from 1 to 2^53; two mixed sums of 32 bits. Nobody who does not know `seed` can choose it. */
function markOf(text: string, seed: number): number {
  let [low, high] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed]
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    low = Math.imul(low ^ unit, 2_654_435_761)
    high = Math.imul(high ^ unit, 1_597_334_677)
  }
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  return 4_294_967_296 * (high & 0x1fffff) + (low >>> 0) + 1
}
