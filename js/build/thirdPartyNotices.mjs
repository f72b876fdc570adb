// What others wrote of the files in dist/, and under which terms: beside them as a text, and in the files that travel alone.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

const APACHE_WITH_EXCEPTION = 'Apache License 2.0 with LLVM exceptions, https://llvm.org/LICENSE.txt';

/** `package`: where its licence lies among the installed packages; what emcc links in is MIT's but for libc++. */
const parts = [
  { name: 'JSON for Modern C++', holder: 'Copyright (c) 2013-2022 Niels Lohmann', in: 'core' },
  { name: 'Emscripten', holder: 'Copyright (c) 2010-2014 Emscripten authors, see its AUTHORS file', in: 'core' },
  { name: 'musl', holder: 'Copyright (c) 2005-2020 Rich Felker, et al.', in: 'core' },
  { name: 'libc++, libc++abi and compiler-rt', holder: 'The LLVM Project', terms: APACHE_WITH_EXCEPTION, in: 'core' },
  { name: 'uPlot', package: 'uplot', in: 'cards' },
  { name: 'Lit', package: 'lit', in: 'cards' },
];

/** Whom the packages' licences name, and the licences without that, as they are installed. */
function read() {
  const licences = parts.map((part) => {
    if (!part.package) return part;
    const text = readFileSync(licenceOf(part.package), 'utf8');
    const [holder] = /^Copyright.*$/m.exec(text) ?? [];
    if (!holder) throw new Error(`the licence of ${part.package} names nobody`);
    return { ...part, holder, text: text.slice(text.indexOf(holder) + holder.length).trim() };
  });
  const mit = licences.find(({ name }) => name === 'uPlot').text;
  if (!mit.startsWith('Permission is hereby granted')) throw new Error('uPlot is no longer under the MIT licence');
  return licences.map((part) => ({ ...part, text: part.text ?? (part.terms ? undefined : mit) }));
}

/** In whichever of the folders that this file's imports are looked for in. */
function licenceOf(name) {
  const file = require.resolve
    .paths(name)
    .map((folder) => join(folder, name, 'LICENSE'))
    .find(existsSync);
  if (!file) throw new Error(`the licence of ${name} is not installed`);
  return file;
}

/** All notices as one text: who wrote what, then each licence once. */
export function thirdPartyNotices() {
  const licences = read();
  const texts = [...new Set(licences.flatMap(({ text }) => text ?? []))];
  return [
    'This file contains parts of:',
    ...licences.map(
      ({ name, holder, terms, text }) => `- ${name}: ${holder} (${terms ?? `licence ${texts.indexOf(text) + 1}`})`,
    ),
    ...texts.flatMap((text, index) => ['', `Licence ${index + 1}`, '', text]),
  ].join('\n');
}

/** The short form, for files that others lie beside. */
export function shortNotice() {
  const names = read()
    .filter((part) => part.in === 'core')
    .map(({ name, holder, terms }) => `${name} (${terms ? 'Apache-2.0 WITH LLVM-exception' : 'MIT'}, ${holder})`);
  return `contains ${names.join('; ')}: see THIRD_PARTY_NOTICES.txt`;
}
