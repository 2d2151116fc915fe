/** The text of an API key: `chordis_<id>_<secret>`. The prefix lets scanners of leaked secrets find it. */
import { createHash, randomBytes } from 'node:crypto'

/** 256 bits, 43 characters of base64url. */
const SECRET_BYTES = 32
const KEY = /^chordis_([0-9a-z]{12})_[A-Za-z0-9_-]{43}$/

/** A new text for a key. */
export const newApiKeyText = (id: string): string => `chordis_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`

/** The id in the text of an API key; undefined for any other text. */
export const apiKeyIdOf = (text: string): string | undefined => KEY.exec(text)?.[1]

/** What the server keeps of a key: the SHA-256 of its text, hexadecimal (`printf %s "$KEY" | sha256sum`). */
export const hashApiKey = (text: string): string => createHash('sha256').update(text).digest('hex')
