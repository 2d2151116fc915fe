/**
 * The fenced blocks of a Markdown file. The word behind a fence's language is the name under which the block is saved, or `output`: what
 * the block before it prints. GitHub shows neither.
 */
import { readFileSync } from 'node:fs'

export interface Block {
  /** `README.md:34` */
  at: string
  language: string
  /** Name of the file that the reader saves it under. */
  file: string | undefined
  text: string
  /** What it prints, where the document shows it. */
  output: { language: string; text: string } | undefined
}

/** Blocks of these languages are run; others are pictures and listings. */
export const RUNNABLE = ['ts', 'sh', 'json']

/** The runnable blocks of a document, in reading order, each with the output that follows it. */
export function blocksOf(path: string, shown: string): Block[] {
  const blocks: Block[] = []
  let open: { fence: string; indent: string; line: number; info: string[]; lines: string[] } | undefined
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, k) => {
      const fence = /^(\s*)(`{3,})\s*(.*)$/.exec(line)
      if (open === undefined) {
        if (fence) open = { fence: fence[2]!, indent: fence[1]!, line: k + 1, info: fence[3]!.split(/\s+/), lines: [] }
      } else if (fence && fence[2]!.length >= open.fence.length && fence[3] === '') {
        close(blocks, open, shown)
        open = undefined
      } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    })
  if (open !== undefined) throw new Error(`${shown}:${open.line}: the block does not end`)
  return blocks
}

function close(blocks: Block[], open: { line: number; info: string[]; lines: string[] }, shown: string): void {
  const [language = '', name] = open.info
  const text = `${open.lines.join('\n')}\n`
  const at = `${shown}:${open.line}`
  if (name === 'output') {
    const before = blocks.at(-1)
    if (before === undefined || before.output !== undefined) throw new Error(`${at}: output of which block?`)
    before.output = { language, text }
  } else if (RUNNABLE.includes(language)) blocks.push({ at, language, file: name, text, output: undefined })
}
