/** What fires the signal of an attempt that others run now. */
import { ChordisError } from '../protocol/errors.js'

/** The attempt no longer holds its node, because its process was given up for dead: what it returns or throws changes nothing any more. */
export class LeaseLost extends ChordisError {
  override readonly name = 'LeaseLost'

  constructor({ id, workflowId }: { id: string; workflowId: string }) {
    super('lease-lost', `the lease of ${id} was lost; it runs elsewhere`, { workflow: workflowId })
  }
}
