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

/** Most of the work is to read the declarations of packages, which are the same for every document. */
const packages = new Map<string, ts.SourceFile | undefined>()

function host(): ts.CompilerHost {
  const plain = ts.createCompilerHost(OPTIONS)
  const read = plain.getSourceFile.bind(plain)
  plain.getSourceFile = (name, ...how) => {
    if (!/\/node_modules\/|\/dist\//.test(name)) return read(name, ...how)
    if (!packages.has(name)) packages.set(name, read(name, ...how))
    return packages.get(name)
  }
  return plain
}

/** Writes `name.js` beside every `name.ts` of the folder; answers what is wrong, by file. */
export function compileBlocks(folder: string, files: readonly string[]): string[] {
  if (files.length === 0) return []
  const program = ts.createProgram(
    files.map((file) => join(folder, file)),
    OPTIONS,
    host(),
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
