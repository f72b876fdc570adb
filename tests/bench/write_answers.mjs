// node tests/bench/write_answers.mjs FOLDER: each answer in a file, for what is no JavaScript.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from './answers.mjs';

const folder = process.argv[2] ?? 'build/answers';
mkdirSync(folder, { recursive: true });
for (const [index, [name, answer]] of Object.entries(answers).entries()) {
  writeFileSync(join(folder, `${index + 1} ${name}.json`), JSON.stringify(answer));
}
