// Makes src/engine/redis/tags.generated.ts: 256 hash tags such that partition p's slot lies within 64 slots above (bit-reversed p)/256 of the
// slot space. Any power-of-two count of partitions is then spread evenly over masters that own equal ranges of slots.
// usage: node scripts/generate-tags.mjs      The table is committed and must never change: stored keys depend on it.
import { writeFileSync } from 'node:fs'

function crc16(text) {
  let crc = 0
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}

const reversed = (p) => Number.parseInt(p.toString(2).padStart(8, '0').split('').reverse().join(''), 2)
const wanted = new Map(Array.from({ length: 256 }, (_, p) => [reversed(p), p]))
const tags = new Array(256)
for (let n = 0; wanted.size > 0; n++) {
  const tag = n.toString(36)
  const sixtyFourth = Math.floor((crc16(tag) % 16384) / 64)
  const partition = wanted.get(sixtyFourth)
  if (partition !== undefined) {
    tags[partition] = tag
    wanted.delete(sixtyFourth)
  }
}
const lines = []
for (let i = 0; i < 256; i += 16)
  lines.push(
    `  ${tags
      .slice(i, i + 16)
      .map((t) => `'${t}'`)
      .join(', ')},`,
  )
writeFileSync(
  new URL('../src/engine/redis/tags.generated.ts', import.meta.url),
  `// Made by scripts/generate-tags.mjs. Never change it: stored keys depend on it.\n/** Hash tag of each partition. */\nexport const TAGS: readonly string[] = [\n${lines.join('\n')}\n]\n`,
)
