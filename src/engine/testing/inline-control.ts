/** What of {@link ControlsWorkflows} there is in memory. */
import type { ControlsWorkflows } from '../control/workflow-control.js'
import { ChordisError } from '../protocol/errors.js'
import type { Workflows } from './workflows.js'

export class InlineControl implements ControlsWorkflows {
  constructor(private readonly workflows: Workflows) {}

  async forget(id: string): Promise<boolean> {
    return this.workflows.forget(id)
  }

  revoke(id: string): Promise<boolean> {
    return refused('revoke', id)
  }

  pause(id: string): Promise<boolean> {
    return refused('pause', id)
  }

  rerun(id: string): Promise<number | null> {
    return refused('run again', id)
  }

  setPriority(id: string): Promise<boolean> {
    return refused('give another priority to', id)
  }

  resume(id: string): Promise<boolean> {
    return refused('resume', id)
  }
}

function refused(what: string, workflow: string): Promise<never> {
  return Promise.reject(new ChordisError('request-invalid', `the inline client cannot ${what} a workflow: use one on Redis`, { workflow }))
}
