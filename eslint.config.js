import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const ts = ['**/*.ts'];
const scripts = ['**/*.mjs', '**/*.js'];

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ts,
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A number reads the same in a template as through String().
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => void call()` says the same twice.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `get<T>(key)` is how a caller says what it once put in.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Cards are written in plain JavaScript too: what the types promise is checked where it comes in.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      // A parameter that an interface asks for and this body does not need.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: scripts,
    extends: [js.configs.recommended],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: 'tsconfig.scripts.json', tsconfigRootDir: import.meta.dirname },
      globals: globals.node,
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        // node:test collects what `test` and its kin return.
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'smart'],
    },
  },
  {
    // Functions handed to a page run there, in the browser.
    files: ['web/page/**', 'tests/bench/**', 'tests/browser/**', 'tests/delivery/**', 'tests/ha/**'],
    languageOptions: { globals: globals.browser },
  },
);
