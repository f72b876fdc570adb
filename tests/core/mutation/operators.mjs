// What may go wrong in a line: for a node of the syntax tree the sites where mutants live. A site is a range of the source
// and what is written in its place: text, and pieces of the source that hold further sites. `changes` names its mutants.

const BINARY = {
  '<': ['less', ['<=', '>=']],
  '<=': ['less_equal', ['<', '>']],
  '>': ['greater', ['>=', '<=']],
  '>=': ['greater_equal', ['>', '<']],
  '==': ['equal', ['!=']],
  '!=': ['not_equal', ['==']],
  '+': ['plus', ['-']],
  '-': ['minus', ['+']],
  '*': ['times', ['/']],
  '/': ['divided', ['*']],
  '%': ['modulo', ['*']],
  '&': ['bit_and', ['|']],
  '|': ['bit_or', ['&']],
  '^': ['bit_xor', ['&']],
  '<<': ['shift_left', ['>>']],
  '>>': ['shift_right', ['<<']],
  '+=': ['plus_assign', ['-=']],
  '-=': ['minus_assign', ['+=']],
  '*=': ['times_assign', ['/=']],
  '/=': ['divide_assign', ['*=']],
  '%=': ['modulo_assign', ['*=']],
  '&=': ['and_assign', ['|=']],
  '|=': ['or_assign', ['&=']],
  '^=': ['xor_assign', ['&=']],
  '<<=': ['left_assign', ['>>=']],
  '>>=': ['right_assign', ['<<=']],
};
// What a class may define of them without defining the opposite: left to the deletion of whole statements.
const NEEDS_NUMBERS = /^[-+*/]=?$/;
const NUMBERS = /^(const )?(cardcache::)?Millis$/;
const NAMED_NUMBERS =
  /^(const )?((cardcache::)?Millis|double|float|bool|int|(unsigned|signed)( \w+)?|long|std::u?int\d+_t|(std::)?size_t)$/;
const DELETABLE = new Set([
  'CallExpr',
  'CXXMemberCallExpr',
  'CXXOperatorCallExpr',
  'CompoundAssignOperator',
  'UnaryOperator',
  'BinaryOperator',
  'ContinueStmt',
  'BreakStmt',
]);
// What the compiler puts around an expression.
const WRAPPERS = new Set(['ExprWithCleanups', 'ImplicitCastExpr', 'CXXBindTemporaryExpr', 'MaterializeTemporaryExpr']);
// In these the compiler itself works the value out, and no run could tell the mutant.
const CONSTANT = new Set(['ConstantExpr', 'EnumConstantDecl', 'StaticAssertDecl', 'TemplateArgument']);

/**
 * `sourceOf(file)` gives a file's bytes as latin1 text, so that offsets are indices; `constants` are the places of the core's
 * named constants by the ids of their declarations. In a site's parts numbers stand for its mutants.
 */
export function sitesOf(node, ancestors, sourceOf, constants) {
  if (!node.place || ancestors.some(isConstant) || isConstant(node)) return [];
  const source = sourceOf(node.place.file);
  const sites = [...statementSites(node, ancestors.at(-1), source), ...conditionSites(node, ancestors, source)];
  const own = expressionSite(node, source, constants);
  if (own) sites.push(own);
  return sites.map((site) => ({ ...site, file: node.place.file }));
}

function isConstant(node) {
  return CONSTANT.has(node.kind) || (node.kind === 'VarDecl' && node.constexpr === true);
}

function piece({ begin, end }) {
  return [begin, end];
}

function textOf(source, { begin, end }) {
  return source.slice(begin, end);
}

function short(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

// ---- expressions

function expressionSite(node, source, constants) {
  const { begin, end } = node.place;
  const text = textOf(source, node.place);
  switch (node.kind) {
    case 'BinaryOperator':
    case 'CompoundAssignOperator':
    case 'CXXOperatorCallExpr':
    case 'CXXRewrittenBinaryOperator':
      return binarySite(node, source);
    case 'UnaryOperator': {
      const name = { '!': 'negation', '-': 'minus_sign' }[node.opcode];
      const operand = node.inner?.[0]?.place;
      if (!name || !operand || !text.startsWith(node.opcode)) return undefined;
      const change = `${node.opcode}x → x`;
      return { begin, end, changes: [change], parts: [`::mutation::${name}(`, 0, ', (', piece(operand), '))'] };
    }
    case 'IntegerLiteral':
    case 'FloatingLiteral':
    case 'CXXBoolLiteralExpr':
      return {
        begin,
        end,
        changes: [node.kind === 'CXXBoolLiteralExpr' ? `${text} → ${text !== 'true'}` : `${text} → another number`],
        parts: ['::mutation::number(', 0, ', ', [begin, end], ')'],
      };
    case 'DeclRefExpr':
      return constantSite(node, text, constants);
    default:
      return undefined;
  }
}

function binarySite(node, source) {
  const operands = operandsOf(node);
  if (!operands) return undefined;
  const [left, right] = operands;
  const { begin, end } = node.place;
  if (left.begin !== begin || right.end !== end || left.end > right.begin) return undefined;
  const operator = source.slice(left.end, right.begin).trim();
  if (operator === '&&' || operator === '||') return logicalSite(operator, begin, end, left, right);
  if (!Object.hasOwn(BINARY, operator)) return undefined;
  const ofClass = node.kind === 'CXXOperatorCallExpr';
  if (ofClass && NEEDS_NUMBERS.test(operator) && !NUMBERS.test(node.type?.qualType ?? '')) return undefined;
  const [name, others] = BINARY[operator];
  return {
    begin,
    end,
    changes: others.map((other) => `${operator} → ${other}`),
    parts: [`::mutation::${name}(`, 0, ', (', piece(left), '), (', piece(right), '))'],
  };
}

function operandsOf(node) {
  if (node.kind === 'CXXRewrittenBinaryOperator') {
    // a < b is written as (a <=> b) < 0, a != b as !(a == b): the call inside has the operands as they stand.
    const call = find(node, (one) => one.kind === 'CXXOperatorCallExpr' || one.kind === 'BinaryOperator', 1);
    const places = (call ? operandsInside(call) : []).sort((a, b) => a.begin - b.begin);
    return places.length === 2 ? places : undefined;
  }
  const places = operandsInside(node);
  return places.length === 2 ? places : undefined;
}

function operandsInside(node) {
  const operands = node.kind === 'CXXOperatorCallExpr' ? (node.inner ?? []).slice(1) : (node.inner ?? []);
  return operands.map(({ place }) => place).filter((place) => place !== undefined);
}

/** The innermost-but-first descendant whose two operands are not the same place. */
function find(node, wanted, depth) {
  for (const child of node.inner ?? []) {
    if (wanted(child)) {
      const places = operandsInside(child);
      if (places.length === 2 && places[0].end <= places[1].begin) return child;
      if (places.length === 2 && places[1].end <= places[0].begin) return child;
    }
    const deeper = depth < 6 ? find(child, wanted, depth + 1) : undefined;
    if (deeper) return deeper;
  }
  return undefined;
}

/**
 * The other of `&&` and `||` by de Morgan, so that neither side is written twice, and each side left out: with mutant k
 * in `on(k)` it is !(!a && !b), with k + 1 the left side is what changes nothing, with k + 2 the right one.
 */
function logicalSite(operator, begin, end, left, right) {
  const other = operator === '&&' ? '||' : '&&';
  const without = (number, side) =>
    operator === '&&'
      ? ['(::mutation::on(', number, ') || static_cast<bool>(', piece(side), '))']
      : ['(!::mutation::on(', number, ') && static_cast<bool>(', piece(side), '))'];
  return {
    begin,
    end,
    changes: [`${operator} → ${other}`, `${operator}: without the left side`, `${operator}: without the right side`],
    parts: [
      '(::mutation::on(',
      0,
      ') != ((::mutation::on(',
      0,
      ') != ',
      ...without(1, left),
      `) ${operator} (::mutation::on(`,
      0,
      ') != ',
      ...without(2, right),
      ')))',
    ],
  };
}

/** All uses of a named constant are one mutant, which stands where the constant is declared. */
function constantSite(node, text, constants) {
  const declared = node.referencedDecl;
  const declaredAt = constants.get(declared?.id);
  if (!declaredAt || !NAMED_NUMBERS.test(declared.type?.qualType ?? '') || !/^[\w:]+$/.test(text)) return undefined;
  const { begin, end } = node.place;
  return {
    begin,
    end,
    declaredAt,
    changes: [`${declared.name} → another number`],
    parts: ['::mutation::constant(', 0, ', ', [begin, end], ')'],
  };
}

// ---- conditions

function conditionSites(node, ancestors, source) {
  const parts = node.inner ?? [];
  switch (node.kind) {
    case 'IfStmt': {
      if (node.isConstexpr) return [];
      if (node.hasVar) return node.hasInit ? [] : namedConditionSite(parts[0], source);
      return decided(parts[node.hasInit ? 1 : 0], 'condition', ['condition → true', 'condition → false']);
    }
    case 'ConditionalOperator':
      return decided(parts[0], 'condition', ['condition → true', 'condition → false']);
    case 'WhileStmt':
      return node.hasVar ? [] : decided(parts[0], 'loop_condition', ['loop → never']);
    case 'DoStmt':
      return decided(parts[1], 'loop_condition', ['loop → once']);
    case 'ForStmt':
      return decided(parts[2], 'loop_condition', ['loop → never']);
    default:
      return [];
  }
}

function decided(condition, name, changes) {
  if (!condition?.place) return [];
  const { begin, end } = condition.place;
  return [{ begin, end, changes, parts: [`::mutation::${name}(`, 0, ', (', [begin, end], '))'] }];
}

/** `if (const auto x = f())` never holds. */
function namedConditionSite(declaration, source) {
  const variable = declaration?.kind === 'DeclStmt' ? declaration.inner?.[0] : declaration;
  const place = variable?.place;
  if (variable?.kind !== 'VarDecl' || !place) return [];
  const { begin, end } = place;
  if (source.slice(end).trimStart()[0] !== ')') return [];
  const test = [`; !::mutation::on(`, 0, `) && static_cast<bool>(${variable.name})`];
  return [{ begin, end, changes: [`${short(source.slice(begin, end))} → false`], parts: [[begin, end], ...test] }];
}

// ---- statements

function statementSites(node, parent, source) {
  if (!parent || !isBody(node, parent)) return [];
  const { begin, end } = node.place;
  const semicolon = source.slice(end).search(/\S/) + end;
  if (source[semicolon] !== ';') return [];
  let inner = node;
  while (WRAPPERS.has(inner.kind)) inner = inner.inner[0];
  const whole = [begin, semicolon + 1];
  if (node.kind === 'ReturnStmt') {
    const text = short(source.slice(begin, end));
    if (!node.inner?.length || /^return (\{\}|std::nullopt|nullptr|true|false|0)$/.test(text)) return [];
    const parts = ['{ if (::mutation::on(', 0, ')) return {}; ', whole, ' }'];
    return [{ begin, end: semicolon + 1, changes: ['return → return {}'], parts }];
  }
  if (!DELETABLE.has(inner.kind)) return [];
  const parts = ['{ if (!::mutation::on(', 0, ')) ', whole, ' }'];
  return [{ begin, end: semicolon + 1, changes: ['statement deleted'], parts }];
}

function isBody(node, parent) {
  if (parent.kind === 'CompoundStmt' || parent.kind === 'CaseStmt' || parent.kind === 'DefaultStmt') return true;
  const position = parent.inner.indexOf(node);
  switch (parent.kind) {
    case 'IfStmt':
      return position > (parent.hasInit ? 1 : 0) + (parent.hasVar ? 1 : 0);
    case 'WhileStmt':
    case 'ForStmt':
    case 'CXXForRangeStmt':
      return position === parent.inner.length - 1;
    default:
      return false;
  }
}
