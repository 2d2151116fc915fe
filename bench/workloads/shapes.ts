/** The work's shapes and their values, the same for every contestant. */

import { randomBytes } from 'node:crypto'

/** Sum of `i + 2` for i under `width`: what the body of a chord must answer. */
export const sumOf = (width: number): number => (width * (width - 1)) / 2 + 2 * width

/** Length of each argument where memory is measured. */
export const TEXT_BYTES = 40

/** Such an argument: every one is another. */
export const randomText = (): string => randomBytes((TEXT_BYTES * 3) / 4).toString('base64url')

/**
 * A canvas of 1,000 tasks, a tree, so that BullMQ's flows can express it as well: a chord of 10 members, each of them a chord of 10 chains of 9
 * increments with its sum and 8 increments behind it; then the sum, and 9 increments behind that.
 */
export const NESTED = { width: 10, deep: 9, tail: 8, end: 9, tasks: 1_000, value: 10 * (10 * 9 + 8) + 9 } as const
