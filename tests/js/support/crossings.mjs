// Counts how often the page calls the WebAssembly module. Import it before the built module: it stands around what that exports.

let made = 0;
let depth = 0;

/** The same function, which counts. What a call of the page's causes inside the module is part of that call. */
function counting(call) {
  return (...args) => {
    if (depth === 0) made += 1;
    depth += 1;
    try {
      return call(...args);
    } finally {
      depth -= 1;
    }
  };
}

const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const { exports } = new Instance(module, imports);
  const all = Object.entries(exports).map(([name, one]) => [name, typeof one === 'function' ? counting(one) : one]);
  return { exports: Object.fromEntries(all) };
};

// embind calls by the module's table.
const { get } = WebAssembly.Table.prototype;
WebAssembly.Table.prototype.get = function (index) {
  const found = get.call(this, index);
  return found && counting(found);
};

/** How many calls the page has made since the last time that this was asked. */
export function crossings() {
  const count = made;
  made = 0;
  return count;
}
