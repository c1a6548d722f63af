// SPDX-License-Identifier: EUPL-1.2
// The document of the REST API against adr-ruleset.yaml, and that ruleset against broken.mjs.
//
//   node rules.mjs OPENAPI_JSON FOLDER
//
// FOLDER is for the broken documents. Exit code 0 only when the document has no finding of any
// severity, the sound one neither, and each broken one exactly the rules that it breaks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { rows, sound } from './broken.mjs';

const [document, folder] = process.argv.slice(2);
const ruleset = new URL('adr-ruleset.yaml', import.meta.url).pathname;
const spectral = createRequire(import.meta.url).resolve('@stoplight/spectral-cli/dist/index.js');
const mistakes = [];

mkdirSync(folder, { recursive: true });
const numbered = (i) => join(folder, `${String(i).padStart(3, '0')}.json`);
const write = (i, value) => writeFileSync(numbered(i), JSON.stringify(value, null, 2));
write(0, sound());
rows.forEach(([, , change], i) => {
  const changed = sound();
  change(changed);
  if (JSON.stringify(changed) === JSON.stringify(sound())) {
    mistakes.push(`row ${i + 1} changes nothing`);
  }
  write(i + 1, changed);
});

const files = [document, ...[sound, ...rows].map((_, i) => numbered(i))];
const run = spawnSync(
  process.execPath,
  [
    spectral,
    'lint',
    '--ruleset',
    ruleset,
    '--format',
    'json',
    '--fail-severity',
    'hint',
    '--ignore-unknown-format',
    '--quiet',
    ...files,
  ],
  { encoding: 'utf8', maxBuffer: 64 << 20 },
);
// 1: there are findings, as there must be. Everything else: it did not look.
if (run.status !== 1) {
  console.error(`spectral ended with ${run.status}\n${run.stdout}\n${run.stderr}`);
  process.exit(1);
}
const findings = JSON.parse(run.stdout);
const of = (file) => findings.filter((f) => basename(f.source) === basename(file));
const told = (list) =>
  list.map((f) => `  ${f.code} at ${f.path.join('.')}: ${f.message}`).join('\n');

if (of(document).length) mistakes.push(`${document} has findings:\n${told(of(document))}`);
if (of(numbered(0)).length)
  mistakes.push(`the sound document has findings:\n${told(of(numbered(0)))}`);

const proven = new Set();
rows.forEach(([rules, what], i) => {
  const wanted = [rules].flat().sort();
  const found = [...new Set(of(numbered(i + 1)).map((f) => f.code))].sort();
  if (wanted.join() === found.join()) wanted.forEach((rule) => proven.add(rule));
  else mistakes.push(`${what}: wanted ${wanted.join(', ')}, found:\n${told(of(numbered(i + 1)))}`);
});

const all = Object.keys(parse(readFileSync(ruleset, 'utf8')).rules);
for (const rule of all) {
  if (!proven.has(rule)) mistakes.push(`${rule}: no broken document shows that it can fail`);
}

if (mistakes.length) {
  console.error(mistakes.join('\n'));
  process.exit(1);
}
const { paths } = JSON.parse(readFileSync(document, 'utf8'));
console.log(
  `${all.length} rules, each seen to fail on ${rows.length} broken documents; ` +
    `${Object.keys(paths).length} paths of ours without a finding`,
);
