/**
 * Type-checks and compiles the TypeScript blocks of a document, all in one program, as a user's compiler would: our package is found through its
 * `exports`, the options are those of a Nest project.
 */
import { join } from 'node:path'
import ts from 'typescript'

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  noEmitOnError: true,
}

/** Writes `name.js` beside every `name.ts` of the folder; answers what is wrong, by file. */
export function compileBlocks(folder: string, files: readonly string[]): string[] {
  if (files.length === 0) return []
  const program = ts.createProgram(
    files.map((file) => join(folder, file)),
    OPTIONS,
  )
  const faults = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]
  return ts.formatDiagnostics(faults, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => '\n',
  }) === ''
    ? []
    : faults.map((fault) => describe(fault))
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n')
  if (file === undefined || start === undefined) return message
  const { line } = file.getLineAndCharacterOfPosition(start)
  return `${file.fileName.split('/').at(-1)}:${line + 1}: ${message}`
}
