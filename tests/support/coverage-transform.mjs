// Inserts a store of one byte before every statement of assembly/, so that the memory shows which ones ran. The counters are below `--memoryBase`,
// where nothing else is. A store to a constant address costs next to nothing, even in a loop of SHA-2.
import { Node, NodeKind } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

/** The first bytes stay free: address 0 is null. */
const BASE = 16;

export class CoverageTransform extends Transform {
  /** The meaning of the counters, in the order of their addresses. */
  points = { base: BASE, files: [] };
  next = BASE;

  afterParse(parser) {
    for (const source of parser.sources) {
      if (!source.normalizedPath.startsWith("assembly/")) continue;
      const file = { file: source.normalizedPath, lines: [] };
      this.points.files.push(file);
      for (const statement of source.statements) this.declaration(statement, file);
    }
  }

  /** The top level consists of declarations. Initialisers of globals and fields are not counted, because they run whenever a module starts. */
  declaration(node, file) {
    switch (node.kind) {
      case NodeKind.FunctionDeclaration:
      case NodeKind.MethodDeclaration:
        if (node.body) this.body(node.body, file);
        break;
      case NodeKind.ClassDeclaration:
      case NodeKind.NamespaceDeclaration:
        for (const member of node.members) this.declaration(member, file);
        break;
      case NodeKind.ExportDefault:
        this.declaration(node.declaration, file);
    }
  }

  body(node, file) {
    if (node.kind === NodeKind.Block) this.list(node.statements, file);
  }

  /** Inserts a counter before each statement, in place. */
  list(statements, file) {
    const marked = [];
    for (const statement of statements) {
      if (statement.kind === NodeKind.Empty) continue;
      if (statement.kind !== NodeKind.Block) marked.push(this.counter(statement, file));
      this.inside(statement, file);
      marked.push(statement);
    }
    statements.length = 0;
    statements.push(...marked);
  }

  inside(node, file) {
    switch (node.kind) {
      case NodeKind.Block:
        this.list(node.statements, file);
        break;
      case NodeKind.If:
        node.ifTrue = this.block(node.ifTrue, file);
        if (node.ifFalse) node.ifFalse = node.ifFalse.kind === NodeKind.If ? (this.inside(node.ifFalse, file), node.ifFalse) : this.block(node.ifFalse, file);
        break;
      case NodeKind.For:
      case NodeKind.ForOf:
      case NodeKind.While:
      case NodeKind.Do:
        node.body = this.block(node.body, file);
        break;
      case NodeKind.Switch:
        for (const one of node.cases) this.list(one.statements, file);
    }
  }

  /** A branch without braces gets them. */
  block(node, file) {
    const block = node.kind === NodeKind.Block ? node : Node.createBlockStatement([node], node.range);
    this.list(block.statements, file);
    return block;
  }

  counter(statement, file) {
    const { range } = statement;
    file.lines.push(range.source.lineAt(range.start));
    // `i32.store8`, because a file may declare its own `store`.
    const store = Node.createPropertyAccessExpression(Node.createIdentifierExpression("i32", range), Node.createIdentifierExpression("store8", range), range);
    return Node.createExpressionStatement(Node.createCallExpression(store, null, [number(this.next++, range), number(1, range)], range));
  }
}

/** The compiler defines its own 64-bit integers, as a global. */
function number(value, range) {
  return Node.createIntegerLiteralExpression(globalThis.i64_new(value, 0), range);
}
