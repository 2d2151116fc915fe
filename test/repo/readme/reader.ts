/**
 * Somebody who follows a document from top to bottom: saves the files, runs the commands and programs, lets a service run until the next one wants its
 * port. Everything happens in a folder inside the repository, so that `import … from 'chordis'` leads to our own package; or in a folder that is given,
 * where npm's commands run too.
 */
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { freePort, spawnChild } from '../../support/children.js'
import { onPath } from '../../support/on-path.js'
import { until } from '../../support/wait.js'
import type { Block } from './blocks.js'

export const ROOT = resolve(import.meta.dirname, '../../..')
/** The port that the documents name. */
const PORT = /\b127\.0\.0\.1:3000\b/g
/** What a service prints when it is up. */
const UP = /listens on http|^\d\d:\d\d:\d\d {2}ready$/m

export class Reader {
  readonly folder: string
  private service: ChildProcess | undefined
  private port = 0

  constructor(
    private readonly redis: () => string,
    private readonly elsewhere?: string,
  ) {
    mkdirSync(join(ROOT, '.chordis'), { recursive: true })
    this.folder = elsewhere ?? mkdtempSync(join(ROOT, '.chordis', 'readme-'))
  }

  /** Saves the blocks that have names; TypeScript is saved under a made-up one too. Answers the names of the TypeScript files. */
  save(blocks: readonly Block[]): string[] {
    const sources: string[] = []
    for (const block of blocks) {
      if (block.language === 'ts') {
        block.file ??= `block-${block.at.split(':')[1]}.ts`
        sources.push(block.file)
      }
      if (block.file === undefined) continue
      mkdirSync(dirname(join(this.folder, block.file)), { recursive: true })
      writeFileSync(join(this.folder, block.file), block.text)
    }
    return sources
  }

  /** Runs a block to its end and answers what it printed. */
  async run(block: Block): Promise<string> {
    const { command, args, cwd } = this.commandOf(block)
    const child = this.spawn(command, args, cwd)
    const said = listen(child)
    const code = await new Promise<number | null>((done) => child.on('close', done))
    if (code !== 0) throw new Error(`${block.at} ended with ${code}:\n${said.all()}`)
    return said.out()
  }

  /** Starts a block that runs until it is stopped, in place of the one before; ends when it is up, with what it printed. */
  async serve(block: Block): Promise<string> {
    await this.stop()
    this.port = await freePort()
    const { command, args, cwd } = this.commandOf(block)
    const child = this.spawn(command, args, cwd)
    const said = listen(child)
    const life = { over: false }
    child.on('close', () => {
      life.over = true
    })
    this.service = child
    await until(() => UP.test(said.out()) || life.over, { timeoutMs: 45_000, what: `${block.at} is up` })
    if (life.over) throw new Error(`${block.at} ended:\n${said.all()}`)
    return said.out().replace(`:${this.port}`, ':3000')
  }

  async stop(): Promise<void> {
    const { service } = this
    this.service = undefined
    if (service === undefined || service.exitCode !== null) return
    const closed = new Promise((done) => service.once('close', done))
    ctrlC(service)
    await closed
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private commandOf({ language, file, text }: Block): { command: string; args: string[]; cwd: string } {
    if (language === 'ts') return { command: process.execPath, args: [join(this.folder, file!.replace(/ts$/, 'js'))], cwd: this.folder }
    const here = text.replace(PORT, `127.0.0.1:${this.port}`).trim()
    // npm's scripts run where the package is, everything else where the files of the document are.
    const cwd = /^npm /.test(here) && this.elsewhere === undefined ? ROOT : this.folder
    return { command: 'sh', args: ['-ec', here.includes('\n') ? here : `exec ${here}`], cwd }
  }

  private spawn(command: string, args: string[], cwd: string): ChildProcess {
    const env = { ...process.env, CHORDIS_REDIS_URL: this.redis(), PORT: String(this.port), PATH: this.path(), NO_COLOR: '1' }
    return spawnChild(command, args, { cwd, env, detached: true }).process
  }

  /** PATH with `chordis`, as an installed package would have it, and a stand-in where there is no curl. */
  private path(): string {
    const path = process.env.PATH ?? ''
    const bin = join(this.folder, 'bin')
    mkdirSync(bin, { recursive: true })
    const { bin: names } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { chordis: string } }
    writeFileSync(join(bin, 'chordis'), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, names.chordis)}' "$@"\n`, { mode: 0o755 })
    if (onPath('curl') === undefined) copyFileSync(join(import.meta.dirname, 'curl.mjs'), join(bin, 'curl'))
    return `${bin}${delimiter}${path}`
  }
}

/** What a terminal does: SIGINT for all that runs in it. */
function ctrlC(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
}

function listen(child: ChildProcess): { out: () => string; all: () => string } {
  let out = ''
  let all = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    all += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    all += chunk.toString()
  })
  return { out: () => out, all: () => all }
}
