/**
 * The part of the REST interface that the demo uses, with plain `fetch`: any HTTP client will do.
 */

export interface WorkflowStatus {
  id: string
  state: string
  counts: { total: number; success: number; failure: number; revoked: number; skipped: number; remaining: number }
  /** Unix milliseconds, Redis's clock. */
  createdAt: number
  outcomeAt: number | null
}

export interface WireError {
  type: string
  message: string
  cause?: WireError
}

export type Outcome =
  | { state: 'SUCCESS'; result: unknown }
  | { state: 'FAILURE'; error: WireError }
  | { state: 'REVOKED'; error?: WireError }

const ENDED = new Set(['SUCCESS', 'FAILURE', 'REVOKED'])

export class Api {
  constructor(private readonly url: string) {}

  /** POST /v1/workflows; answers with the workflow's id. */
  async submit(body: object): Promise<string> {
    const accepted = await this.call('/v1/workflows', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (accepted as { id: string }).id
  }

  /** GET /v1/workflows/:id */
  async status(id: string): Promise<WorkflowStatus> {
    return (await this.call(`/v1/workflows/${id}`)) as WorkflowStatus
  }

  /** GET /v1/workflows/:id/result, again and again until there is an outcome. Each call waits up to 20 s on the server. */
  async outcome(id: string): Promise<Outcome> {
    for (;;) {
      const answer = (await this.call(`/v1/workflows/${id}/result?waitMs=20000`)) as Outcome
      if (ENDED.has(answer.state)) return answer
    }
  }

  private async call(path: string, init?: RequestInit): Promise<unknown> {
    const response = await fetch(this.url + path, init)
    const body: unknown = await response.json()
    if (!response.ok) throw new Error(problemText(response.status, body))
    return body
  }
}

/** Errors come as problem documents (RFC 9457). */
function problemText(status: number, body: unknown): string {
  const { title, detail } = body as { title?: string; detail?: string }
  return `the service answered ${status}: ${[title, detail].filter(Boolean).join(': ')}`
}
