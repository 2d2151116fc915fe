/** What the service refuses, as it tells clients before they meet it. */

/** What the service refuses. */
export interface Limits {
  /** Bytes of a request body. */
  bodyBytes: number
  /** Bytes of one line of NDJSON. */
  lineBytes: number
  /** Task calls of one canvas. */
  nodes: number
  /** Canvas in canvas. */
  depth: number
  /** Arrays and objects in one another, arguments included. */
  jsonDepth: number
  /** Members of one group, of one chord's header, parts of one graph. */
  members: number
  /** Bytes of the arguments of one call. */
  payloadBytes: number
  /** The longest part of a list. */
  page: number
  /** Longest wait of a request, ms. */
  waitMs: number
  /** Ids of one bulk change. */
  bulkIds: number
  /** How long an Idempotency-Key is known, ms. */
  idempotencyKeyMs: number
}

/** Bytes of one line of NDJSON: as much as a body. */
export const LINE_BYTES = 4 * 1024 * 1024
/** Longest part of a list. */
export const PAGE = 1_000
/** Longest wait, ms. */
export const WAIT_MS = 60_000
export const BULK_IDS = 1_000
export const IDEMPOTENCY_KEY_MS = 86_400_000
/** Longest retention and longest timeout of a workflow, ms: 366 days. */
export const LONGEST_RETENTION_MS = 31_622_400_000
