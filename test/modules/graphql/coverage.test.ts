/**
 * What can be asked at all can be asked in GraphQL: each public method of the operations is called by a resolver. Read from the sources: TypeScript knows which
 * class a method belongs to.
 */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const OPERATIONS = join(ROOT, 'src/modules/operations')
const RESOLVERS = join(ROOT, 'src/modules/graphql/resolvers')

const PARTS = 'answered part by part (`page`)'

/** Methods that other operations use, and the reason why no surface does. */
const INSIDE: { [method: string]: string } = {
  ...{ 'QueueOperations.list': PARTS, 'TaskOperations.list': PARTS, 'WorkerOperations.list': PARTS },
  'WorkerOperations.send': 'a command of a program; what people write is `command`',
  'WorkflowOperations.own': 'gives a handle, for what other operations do with it',
  'WorkflowOperations.result': 'waits for an outcome; GraphQL has `outcome`, and events for who waits',
}

const filesIn = (folder: string, end: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name))
const program = ts.createProgram([...filesIn(OPERATIONS, '.operations.ts'), ...filesIn(RESOLVERS, '.ts')], {
  ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  ...{ strict: true, experimentalDecorators: true, skipLibCheck: true, noEmit: true },
})
const checker = program.getTypeChecker()

/** `<class>.<method>` of a method of an operations class; undefined for anything else. */
function operationOf(symbol: ts.Symbol | undefined): string | undefined {
  const [declaration] = symbol?.declarations ?? []
  if (declaration === undefined || !ts.isMethodDeclaration(declaration) || !ts.isClassDeclaration(declaration.parent)) return undefined
  const { fileName } = declaration.getSourceFile()
  const isPublic = (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0
  return fileName.startsWith(OPERATIONS) && isPublic ? `${declaration.parent.name?.text}.${declaration.name.getText()}` : undefined
}

function found(files: readonly string[], look: (node: ts.Node) => ts.Symbol | undefined): string[] {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    const name = operationOf(look(node))
    if (name !== undefined) names.add(name)
    ts.forEachChild(node, visit)
  }
  for (const file of files) visit(program.getSourceFile(file) as ts.SourceFile)
  return [...names].sort()
}

const declared = found(filesIn(OPERATIONS, '.operations.ts'), (node) =>
  ts.isMethodDeclaration(node) ? checker.getSymbolAtLocation(node.name) : undefined,
)
const called = found(filesIn(RESOLVERS, '.ts'), (node) =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
    ? checker.getSymbolAtLocation(node.expression.name)
    : undefined,
)

test('every operation is called by a resolver, or it is said why not', () => {
  expect(declared.length).toBeGreaterThan(40)
  expect(declared.filter((name) => !called.includes(name) && INSIDE[name] === undefined)).toEqual([])
})

test('nothing is excused that is called, or that is not there', () => {
  expect(Object.keys(INSIDE).filter((name) => called.includes(name) || !declared.includes(name))).toEqual([])
})
