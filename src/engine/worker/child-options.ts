/** What a task may say of a workflow that it starts. */
import { checkLabels, checkRetention, type SubmitOptions } from '../client/submission.js'
import { CANCEL_POLICIES, type CancelPolicy } from '../protocol/children.js'
import { ChordisError } from '../protocol/errors.js'

/** How a child workflow is started. Its id follows from the task that starts it, its tenant is its parent's. */
export interface ChildOptions extends Pick<SubmitOptions, 'name' | 'tags' | 'retentionMs' | 'limits' | 'timeoutMs'> {
  /** When the parent is revoked: `cancel` (the default) revokes the child too, `abandon` lets it go on. */
  cancelPolicy?: CancelPolicy
}

/** A child workflow that was started. */
export interface StartedChild {
  id: string
  /** An earlier attempt of the task had started it. */
  duplicate: boolean
}

/** Options after their checks. */
export interface CheckedChildOptions extends Omit<ChildOptions, 'cancelPolicy' | 'retentionMs'> {
  cancelPolicy: CancelPolicy
  keepMs: number
}

const KNOWN = new Set(['name', 'tags', 'retentionMs', 'limits', 'timeoutMs', 'cancelPolicy'])

/** @throws ChordisError `request-invalid`, `name-invalid`, with the path of the option */
export function checkChildOptions(options: ChildOptions): CheckedChildOptions {
  const { retentionMs, cancelPolicy = 'cancel', ...given } = options
  for (const option of Object.keys(options)) {
    if (KNOWN.has(option)) continue
    const rule = option === 'spread' ? 'is not supported: a child lies in the partition of its parent' : 'is no option of a child workflow'
    throw new ChordisError('request-invalid', rule, { path: `options.${option}` })
  }
  if (!CANCEL_POLICIES.includes(cancelPolicy)) {
    throw new ChordisError('request-invalid', `must be one of ${CANCEL_POLICIES.join(', ')}`, { path: 'options.cancelPolicy' })
  }
  checkLabels(given)
  return { ...given, cancelPolicy, keepMs: checkRetention(retentionMs) }
}
