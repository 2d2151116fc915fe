/**
 * Keeps the audit log in Redis: what comes in within 50 ms is one write, and no request waits for it. While Redis is away up to 10,000 entries wait; what is
 * lost is counted and logged. The process's own log has every entry in any case.
 */
import { type AuditEntry, type AuditLog, ChordisError, type Logger, MOST_APPENDED } from '../../engine/index.js'

const WRITE_MS = 50
const RETRY_MS = 1_000
const MOST_WAITING = 10_000

/** Writes entries in batches. */
export class AuditWriter {
  private readonly waiting: AuditEntry[] = []
  private timer: NodeJS.Timeout | undefined
  private writing: Promise<void> | undefined
  private lost = 0

  constructor(
    private readonly log: Pick<AuditLog, 'append'>,
    private readonly logger: Logger,
  ) {}

  /** Writes it soon. */
  push(entry: AuditEntry): void {
    if (this.waiting.length >= MOST_WAITING) this.lost++
    else this.waiting.push(entry)
    this.plan(WRITE_MS)
  }

  /** Writes what waits, and tries once. What cannot be written now is lost. */
  async close(): Promise<void> {
    clearTimeout(this.timer)
    await this.writing?.catch(() => undefined)
    clearTimeout(this.timer)
    await this.write()
    clearTimeout(this.timer)
    this.lost += this.waiting.splice(0).length
    this.tellLost()
  }

  private plan(ms: number): void {
    if (this.timer !== undefined || this.writing !== undefined) return
    this.timer = setTimeout(() => void this.write(), ms)
    this.timer.unref()
  }

  /** One write after another, so that the order stays. */
  private async write(): Promise<void> {
    this.timer = undefined
    this.writing = this.writeAll()
    const done = await this.writing.then(
      () => true,
      () => false,
    )
    this.writing = undefined
    this.tellLost()
    if (this.waiting.length > 0) this.plan(done ? WRITE_MS : RETRY_MS)
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST_APPENDED)
      try {
        await this.log.append(batch)
      } catch (error) {
        // Surely not written: it waits. Anything else may have been, and would stand there twice.
        if (error instanceof ChordisError && error.code === 'redis-unavailable') this.waiting.unshift(...batch)
        else this.lost += batch.length
        throw error
      }
    }
  }

  private tellLost(): void {
    if (this.lost === 0) return
    this.logger.error({ lost: this.lost }, 'entries of the audit log may be missing in Redis; the log of this process has them')
    this.lost = 0
  }
}
