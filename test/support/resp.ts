/**
 * Just enough RESP (2 and 3) for the proxy: cuts a byte stream into whole frames and reads commands. It never re-encodes: what is
 * forwarded are the sender's own bytes.
 */

/** Collects chunks and hands out complete frames, in order. Linear in the bytes, whatever the chunking. */
export class FrameSplitter {
  private buffer = Buffer.alloc(4_096)
  private end = 0
  private scanned = 0
  // How many values are still missing on each level of nesting; one frame is one value on level 0.
  private missing: number[] = []

  push(chunk: Buffer): Buffer[] {
    this.append(chunk)
    const frames: Buffer[] = []
    let start = 0
    while (this.scanFrame()) {
      frames.push(Buffer.from(this.buffer.subarray(start, this.scanned)))
      start = this.scanned
    }
    this.discard(start)
    return frames
  }

  /** Bytes of a frame that is not complete yet. */
  rest(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.end))
  }

  /** Goes on where the last scan stopped; true when the frame at hand is complete. */
  private scanFrame(): boolean {
    if (this.missing.length === 0) this.missing.push(1)
    while (this.missing.length > 0) {
      if (!this.scanValue()) return false
      while (this.missing.length > 0 && this.missing.at(-1) === 0) this.missing.pop()
    }
    return true
  }

  /** One header line, with its payload if it is a bulk; opens a level if it is an aggregate. */
  private scanValue(): boolean {
    const line = this.buffer.indexOf('\r\n', this.scanned, 'latin1')
    if (line < 0 || line + 2 > this.end) return false
    const type = String.fromCharCode(this.buffer[this.scanned] ?? 0)
    const size = '$=!*%~>|'.includes(type) ? Number(this.buffer.toString('latin1', this.scanned + 1, line)) : 0
    const next = '$=!'.includes(type) && size >= 0 ? line + 2 + size + 2 : line + 2
    if (next > this.end) return false
    this.scanned = next
    this.countDown(type)
    if ('*~>%|'.includes(type) && size > 0) this.missing.push(type === '%' || type === '|' ? size * 2 : size)
    return true
  }

  /** An attribute ('|') goes before a value and is none itself. */
  private countDown(type: string): void {
    if (type === '|') return
    this.missing[this.missing.length - 1] = (this.missing.at(-1) ?? 1) - 1
  }

  private append(chunk: Buffer): void {
    const needed = this.end + chunk.length
    if (needed > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(needed, this.buffer.length * 2))
      this.buffer.copy(larger, 0, 0, this.end)
      this.buffer = larger
    }
    chunk.copy(this.buffer, this.end)
    this.end = needed
  }

  private discard(upTo: number): void {
    if (upTo === 0) return
    this.buffer.copyWithin(0, upTo, this.end)
    this.end -= upTo
    this.scanned -= upTo
  }
}

/** The words of a command frame: an array of bulks, or an inline command. */
export function commandWords(frame: Buffer): Buffer[] {
  if (frame[0] !== 0x2a)
    return frame
      .toString('latin1')
      .trim()
      .split(/\s+/)
      .map((word) => Buffer.from(word, 'latin1'))
  return bulksOf(frame)
}

/** The first `limit` bulks of a flat array or push frame. Stops at anything that is not a bulk. */
export function bulksOf(frame: Buffer, limit = Number.POSITIVE_INFINITY): Buffer[] {
  const words: Buffer[] = []
  let at = frame.indexOf('\r\n') + 2
  while (at < frame.length && frame[at] === 0x24 && words.length < limit) {
    const line = frame.indexOf('\r\n', at)
    const size = Number(frame.toString('latin1', at + 1, line))
    words.push(frame.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
  return words
}
