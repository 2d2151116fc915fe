/** Values of labels, of which there may never be many: each is a time series for every metric that has it. */

/** Stands for what has no label of its own. */
export const OTHER = 'other'
/** Names of tasks, or of queues, that get a label of their own. */
export const MOST_NAMES = 200

/** Names that get a label: those that were said, or the first ones that come. */
export class BoundedLabel {
  private readonly known: Set<string>

  constructor(
    private readonly named: readonly string[] | undefined,
    private readonly most = MOST_NAMES,
  ) {
    this.known = new Set(named)
  }

  /** The label of a name: itself, or `other`. */
  of(name: string): string {
    if (this.known.has(name)) return name
    if (this.named !== undefined || this.known.size >= this.most) return OTHER
    this.known.add(name)
    return name
  }
}

/** Labels that tell connections apart, where there are several. */
export class ConnectionLabel {
  readonly names: readonly 'connection'[]

  constructor(connections: number) {
    this.names = connections > 1 ? ['connection'] : []
  }

  of(name: string): { connection?: string } {
    return this.names.length === 0 ? {} : { connection: name }
  }
}
