// SPDX-License-Identifier: EUPL-1.2
// The whole REST API of a running collector, through a client that was generated from its document
// and type-checked: every operation, every role, two organisations, paging, ETags, errors.
//
//   node client.ts SETTINGS_JSON
//
// client.sh writes the settings and makes the users: one of each role for the organisation `own`,
// called as the role, and `ander`, the beheerder of `other`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { Browser, type Answer } from './browser.ts';
import type { components } from './schema.d.ts';
import { Contract, type Document, type NamedOperation, type Parameter } from './contract.ts';

interface Settings {
  site: string;
  document: string;
  authorisation: string; // tests/golden/authorisation.txt
  password: string;
  own: string;
  other: string;
  devices: { own: number; other: number };
  confirm: string[]; // confirms the devices of `other`, which wait
}
const settings = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Settings;
const contract = new Contract(JSON.parse(readFileSync(settings.document, 'utf8')) as Document);
const failures: string[] = [];
let checks = 0;

// Of two long texts only what is around the first difference.
function expect(what: string, wanted: unknown, found: unknown): void {
  checks += 1;
  const [one, two] = [JSON.stringify(wanted) ?? '', JSON.stringify(found) ?? ''];
  if (one === two) return;
  const at = [...one].findIndex((letter, i) => letter !== two[i]);
  const from = Math.max(0, (at < 0 ? one.length : at) - 60);
  failures.push(
    `${what}: wanted ${one.slice(from, from + 160)}, found ${two.slice(from, from + 160)}`,
  );
}
const expectThat = (what: string, holds: boolean) => expect(what, true, holds);
const count = (list: unknown[] | undefined) => list?.length ?? 0;

// --- Who there is --------------------------------------------------------------------------------

const roles = ['beheerder', 'indiener', 'goedkeurder', 'drz-planner', 'auditor', 'rijksbreed'];
const people = new Map<string, Browser>();
for (const name of ['nobody', 'ander', ...roles]) {
  people.set(name, new Browser(name, settings.site, contract));
}
const as = (name: string): Browser => people.get(name)!;
for (const name of ['ander', ...roles]) await as(name).signIn(settings.password);

const operations = contract.operations;
const hasQuery = (one: NamedOperation, name: string) =>
  parametersOf(one).some((p) => p.name === name);
function parametersOf(one: NamedOperation): Parameter[] {
  return (one.operation.parameters ?? [])
    .map((p) => contract.resolved(p))
    .filter((p) => p.in === 'query');
}
// Somebody of the own organisation who may.
const readerOf = (one: NamedOperation) => (one.path === '/auditregels' ? 'auditor' : 'beheerder');
// The address of an operation: a variable in it is the first device of `own`.
let someDevice = '';
const addressOf = (one: NamedOperation) => one.path.replace(/\{[^}]+\}/, someDevice);

// --- The document itself -------------------------------------------------------------------------

async function theDocument(): Promise<void> {
  const { data, response } = await as('nobody').client.GET('/openapi.json');
  expect('the document that is served is the one in docs/', contract.document, data);
  expect('any website may read it', '*', response.headers.get('access-control-allow-origin'));
  const elsewhere = await as('beheerder').ask('/apparaten', { origin: 'https://evil.example' });
  expect('and nothing else', null, elsewhere.headers.get('access-control-allow-origin'));
}

// --- Every operation, by the types that were generated -------------------------------------------

async function everyOperation(): Promise<void> {
  const { client } = as('beheerder');
  const me = (await client.GET('/aanmelding')).data;
  expect(
    'who am I',
    [true, 'lokaal', ['beheerder'], [settings.own]],
    [me?.aangemeld, me?.wijze, me?.rollen, me?.organisaties],
  );
  const nobody = (await as('nobody').client.GET('/aanmelding')).data;
  expect('nobody is signed in', false, nobody?.aangemeld);

  const page = (await client.GET('/apparaten', { params: { query: { sorteer: '-id' } } })).data;
  const ids = page?.apparaten.map((one) => one.id) ?? [];
  expect('all devices of the organisation', settings.devices.own, count(ids));
  expect('in the order that was asked', [...ids].sort().reverse(), ids);
  someDevice = ids[0]!;
  const one = (await client.GET('/apparaten/{id}', { params: { path: { id: someDevice } } })).data;
  expect('one device is told as in the list', page?.apparaten[0], one);
  expectThat('with reasons', count(one?.redenen) > 0);

  const organisations = (await client.GET('/organisaties')).data;
  expect(
    'the own organisation only',
    [settings.own],
    organisations?.organisaties.map((o) => o.oin),
  );
  const energy = (await client.GET('/energieoverzicht')).data;
  expectThat(
    'energy of a group that is large enough',
    energy !== undefined &&
      energy.apparaten >= energy.kleinsteGroep &&
      energy.apparaten <= settings.devices.own,
  );
  expectThat(
    'with a figure between bounds',
    energy?.verbruik != null &&
      energy.verbruik.laagKwh <= energy.verbruik.kwh &&
      energy.verbruik.kwh <= energy.verbruik.hoogKwh,
  );
  const enrolments = (
    await client.GET('/inschrijvingen', { params: { query: { toestand: 'bevestigd' } } })
  ).data;
  expect('confirmed enrolments', settings.devices.own, count(enrolments?.inschrijvingen));
  const looks = { actor: 'lokaal beheerder', actie: 'device.view' };
  const audit = (await as('auditor').client.GET('/auditregels', { params: { query: looks } })).data;
  expectThat(
    'the look at one device is in the audit log',
    audit?.auditregels.some((line) => line.object.startsWith('device ')) ?? false,
  );

  // What the document does not have, the types do not let one ask: these lines would not compile
  // without the remark above them.
  // @ts-expect-error there is no such address
  await client.GET('/laptops');
  // @ts-expect-error nor such an order
  await client.GET('/apparaten', { params: { query: { sorteer: 'merk' } } });
}

// --- Who sees what -------------------------------------------------------------------------------

// [role, own organisation] of each route, as people look it over in the golden file.
function decisions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of readFileSync(settings.authorisation, 'utf8').split('\n')) {
    const [method, path, who, own] = line.trim().split(/ +/);
    if (path?.startsWith(contract.basePath())) found.set(`${method} ${path} ${who}`, own ?? '');
  }
  return found;
}

async function everyRole(): Promise<void> {
  const golden = decisions();
  const wantedOf: Record<string, number> = {
    allowed: 200,
    registered: 200,
    'sums-only': 200,
    denied: 403,
    'sign-in': 401,
  };
  for (const one of operations) {
    for (const who of ['nobody', ...roles]) {
      const name = who === 'nobody' ? '(nobody)' : who;
      const key = `${one.method} ${contract.basePath()}${one.path} ${name}`;
      const decision = golden.get(key);
      let wanted = wantedOf[decision ?? ''];
      // Of a device that is not registered yet, who sees registered ones only does not hear.
      if (decision === 'registered' && one.path.includes('{')) wanted = 404;
      const answer = await as(who).ask(addressOf(one), {}, one.method);
      expect(`${key} (${decision})`, wanted, answer.status);
      if (wanted === 401) expectThat(`${key} is told how`, answer.headers.has('www-authenticate'));
    }
  }
  const devices = (name: string) => as(name).client.GET('/apparaten');
  expect(
    'who sees registered devices sees none yet',
    0,
    count((await devices('drz-planner')).data?.apparaten),
  );
  for (const name of ['beheerder', 'auditor']) {
    const shown = (await devices(name)).data?.apparaten ?? [];
    expect(
      `${name}: locks`,
      name === 'beheerder',
      shown.some((one) => one.sloten !== null),
    );
  }
}

// Everything that the one organisation can read holds nothing of the other.
async function theOtherOrganisation(): Promise<void> {
  const theirs = (await as('ander').client.GET('/apparaten')).data?.apparaten ?? [];
  expect('the other organisation sees its own devices', settings.devices.other, theirs.length);
  for (const one of theirs) expect('all of them theirs', settings.other, one.organisatieOin);
  const ours = (await as('beheerder').client.GET('/apparaten')).data?.apparaten ?? [];
  const secretOf = new Map([
    ['ander', [settings.own, ...ours.map((one) => one.id)]],
    ['beheerder', [settings.other, ...theirs.map((one) => one.id)]],
    ['auditor', [settings.other, ...theirs.map((one) => one.id)]],
  ]);
  for (const [name, secrets] of secretOf) {
    for (const one of operations) {
      if (one.path.includes('{') || one.id === 'haalBeschrijving') continue;
      const { body } = await as(name).ask(addressOf(one));
      const leaked = secrets.filter((secret) => body.includes(secret));
      expect(`${name}: ${one.path} tells nothing of the others`, [], leaked);
      if (!hasQuery(one, 'organisatieOin')) continue;
      const oin = name === 'ander' ? settings.own : settings.other;
      const asked = await as(name).ask(`${one.path}?organisatieOin=${oin}`);
      const ids = secrets.slice(1).filter((secret) => asked.body.includes(secret));
      expect(`${name}: nor when asked for: ${one.path}`, [], ids);
    }
  }
  expect('by address neither', 404, (await as('ander').ask(`/apparaten/${someDevice}`)).status);
  expect(
    'as if it did not exist',
    (await as('ander').ask(`/apparaten/${'0'.repeat(32)}`)).body,
    (await as('ander').ask(`/apparaten/${someDevice}`)).body,
  );
}

// --- Pages and tables ----------------------------------------------------------------------------

type Row = Record<string, unknown>;
type Device = components['schemas']['Apparaat'];

// The page that comes after, as the header says.
function nextOf(answer: Answer): string | undefined {
  const link = /<([^>]+)>; ?rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  return link?.slice(contract.basePath().length);
}

function rowsOf(answer: Answer): Row[] {
  if ((answer.headers.get('content-type') ?? '').startsWith('text/csv')) {
    return parse(answer.body, { columns: true, bom: true }) as Row[];
  }
  const body = JSON.parse(answer.body) as { _links?: { next?: { href: string } } };
  const link = body._links?.next?.href.slice(contract.basePath().length);
  expect('the body has the same next page as the header', nextOf(answer), link);
  return Object.values(body).find(Array.isArray) as Row[];
}

async function walked(
  who: string,
  path: string,
  size: number,
  accept = 'application/json',
): Promise<Row[]> {
  const all: Row[] = [];
  const visited = new Set<string>();
  let next: string | undefined = `${path}${path.includes('?') ? '&' : '?'}paginaGrootte=${size}`;
  while (next !== undefined && !visited.has(next)) {
    visited.add(next);
    const answer = await as(who).ask(next, { accept });
    expectThat(
      `${next} is ${accept}`,
      (answer.headers.get('content-type') ?? '').startsWith(accept),
    );
    const rows = rowsOf(answer);
    expectThat(`${next} has at most ${size} rows`, rows.length <= size);
    all.push(...rows);
    next = nextOf(answer);
  }
  expect(`${path} has an end`, undefined, next);
  return all;
}

// What a spreadsheet shows of a value; a text that it would run gets an apostrophe.
function shown(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

// The work list has columns of its own, for people, and words for yes and no.
const yes = (value: boolean) => (value ? 'ja' : 'nee');
const joined = (texts: (string | null)[]) => texts.filter((text) => text).join(' | ');
const workList: Record<string, (one: Device) => unknown> = {
  id: (one) => one.id,
  merk: (one) => one.merk,
  model: (one) => one.model,
  gesimuleerd: (one) => yes(one.gesimuleerd),
  toestand: (one) => one.toestand,
  bestemming: (one) => one.bestemming,
  vastgehouden: (one) => yes(one.vastgehouden),
  eerst_doen: (one) => joined(one.redenen.map((reason) => reason.actieNl)),
  redenen: (one) => joined(one.redenen.map((reason) => reason.nl)),
  accu_oordeel: (one) => one.accu.oordeel,
  accu_procent_van_nieuw: (one) => one.accu.procentVanNieuw,
  schijf_oordeel: (one) => one.schijf.oordeel,
  schijf_procent_verbruikt: (one) => one.schijf.procentVerbruikt,
  slot_bios_wachtwoord: (one) => one.sloten?.biosWachtwoord,
  slot_activering: (one) => one.sloten?.activeringsslot,
  slot_beheer: (one) => one.sloten?.beheer,
  slot_volgsoftware: (one) => one.sloten?.volgsoftware,
  eerste_datum: (one) => one.eersteDatum,
  laatste_datum: (one) => one.laatsteDatum,
  regelversie: (one) => one.regelversie,
  organisatie_oin: (one) => one.organisatieOin,
};

function asTable(path: string, rows: Row[], names: string[]): Row[] {
  const cell = (row: Row, name: string) =>
    path.startsWith('/apparaten') ? workList[name]?.(row as unknown as Device) : row[name];
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, shown(cell(row, name))])));
}

async function everyPage(): Promise<void> {
  for (const one of operations.filter((each) => hasQuery(each, 'paginaGrootte'))) {
    const who = readerOf(one);
    const { maximum } = parametersOf(one).find((p) => p.name === 'paginaGrootte')!.schema;
    const orders = parametersOf(one).find((p) => p.name === 'sorteer')?.schema.enum ?? [''];
    for (const order of orders) {
      const path = order ? `${one.path}?sorteer=${order}` : one.path;
      const whole = await walked(who, path, maximum!);
      expectThat(`${path} has rows`, whole.length > 2);
      expect(`${path} by one`, whole, await walked(who, path, 1));
      expect(`${path} by two`, whole, await walked(who, path, 2));
      const rows = await walked(who, path, 4, 'text/csv');
      const names = Object.keys(rows[0] ?? {});
      expectThat(`${path} has columns`, names.length > 2);
      expect(`${path} as a table`, asTable(path, whole, names), rows);
    }
  }
}

// What a parameter means, where it is not "the member of that name has this value".
const meanings: Record<string, (row: Device & { tijdstip: string }, value: string) => boolean> = {
  gesimuleerd: (one, value) => yes(one.gesimuleerd) === value,
  vastgehouden: (one, value) => yes(one.vastgehouden) === value,
  accuOordeel: (one, value) => one.accu.oordeel === value,
  schijfOordeel: (one, value) => one.schijf.oordeel === value,
  regel: (one, value) => one.redenen.some((reason) => reason.regel === value),
  gezienVanaf: (one, value) => one.laatsteDatum >= value,
  gezienTot: (one, value) => one.laatsteDatum < value,
  vanaf: (line, value) => line.tijdstip >= value,
  tot: (line, value) => line.tijdstip < value,
};
const meansNoChoice = new Set(['sorteer', 'paginaGrootte', 'cursor']);

// Values to try: all words of the document, days around today, or what is in the rows.
function valuesOf({ name, schema }: Parameter, rows: Row[]): string[] {
  if (schema.enum) return schema.enum;
  const day = (offset: number) => new Date(Date.now() + offset * 864e5).toISOString().slice(0, 10);
  if (schema.format === 'date') return [day(-1), day(0), day(1)];
  if (name === 'regel')
    return (rows as unknown as Device[]).flatMap((one) => one.redenen.map((r) => r.regel));
  return rows.map((row) => row[name]).filter((value) => typeof value === 'string');
}

// Each parameter with each value: what is chosen is what was there and fits.
async function everyChoice(): Promise<void> {
  for (const one of operations.filter((each) => hasQuery(each, 'paginaGrootte'))) {
    const who = readerOf(one);
    const whole = await walked(who, one.path, 500);
    for (const parameter of parametersOf(one).filter((each) => !meansNoChoice.has(each.name))) {
      const { name } = parameter;
      const values = new Set([
        ...valuesOf(parameter, whole),
        ...(parameter.schema.pattern ? [settings.other] : []),
      ]);
      expectThat(`${one.path}: ${name} is tried`, values.size > 0);
      let chosen = 0;
      for (const value of values) {
        const fits = (row: Row) =>
          meanings[name] ? meanings[name](row as never, value) : row[name] === value;
        const wanted = whole.filter(fits);
        chosen += wanted.length;
        const path = `${one.path}?${name}=${encodeURIComponent(value)}`;
        expect(path, wanted, await walked(who, path, 500));
      }
      expectThat(`${one.path}: ${name} chooses something`, chosen > 0);
    }
  }
}

// --- What did not change -------------------------------------------------------------------------

async function everyTag(): Promise<void> {
  for (const one of operations) {
    const who = readerOf(one);
    const first = await as(who).ask(addressOf(one));
    const tag = first.headers.get('etag') ?? '';
    expectThat(`${one.path} has an ETag`, /^(W\/)?"[^"]+"$/.test(tag));
    for (const known of [tag, `"other", ${tag}`, `W/${tag.replace('W/', '')}`, '*']) {
      const again = await as(who).ask(addressOf(one), { 'if-none-match': known });
      expect(
        `${one.path} with ${known}`,
        [304, '', tag],
        [again.status, again.body, again.headers.get('etag')],
      );
    }
    const changed = await as(who).ask(addressOf(one), { 'if-none-match': '"other"' });
    expect(`${one.path} with another tag`, [200, first.body], [changed.status, changed.body]);
    const head = await as(who).ask(addressOf(one), {}, 'HEAD');
    expect(`HEAD ${one.path}`, [200, '', tag], [head.status, head.body, head.headers.get('etag')]);
  }
}

async function aChange(): Promise<void> {
  const enrolments = (query: object) =>
    as('ander').client.GET('/inschrijvingen', { params: { query } });
  const waiting = await enrolments({ toestand: 'te-bevestigen' });
  expect('enrolments that wait', settings.devices.other, count(waiting.data?.inschrijvingen));
  const tag = (await as('ander').ask('/inschrijvingen')).headers.get('etag')!;
  execFileSync(settings.confirm[0]!, settings.confirm.slice(1));
  const after = await as('ander').ask('/inschrijvingen', { 'if-none-match': tag });
  expect('a tag of before the change', 200, after.status);
  expectThat('is another one now', after.headers.get('etag') !== tag);
  const confirmed = await enrolments({ toestand: 'bevestigd' });
  expect('and they are confirmed', settings.devices.other, count(confirmed.data?.inschrijvingen));
}

// --- What is wrong with a request ----------------------------------------------------------------

// The parameters that the problem names.
function faulty(answer: Answer): string[] {
  const { fouten } = JSON.parse(answer.body) as { fouten?: { parameter: string }[] };
  return (fouten ?? []).map((one) => one.parameter);
}

// Values that do not fit a parameter.
function unfit({ name, schema }: Parameter): string[] {
  const { minimum, maximum, maxLength } = schema;
  const values = ['%ff', '%zz'];
  if (minimum !== undefined) values.push(String(minimum - 1), '1x', '99999999999999999999');
  if (maximum !== undefined) values.push(String(maximum + 1));
  if (maxLength !== undefined) values.push('', 'x'.repeat(maxLength + 1));
  if (schema.enum || schema.format || schema.pattern || name === 'cursor') values.push('~', '');
  if (schema.format === 'date') values.push('2026-02-30', '2026-2-3', '2026-11-24T00:00:00Z');
  return values;
}

async function everyMistake(): Promise<void> {
  for (const one of operations) {
    const who = readerOf(one);
    const address = addressOf(one);
    const strange = await as(who).ask(`${address}?bestaatNiet=1`);
    expect(
      `${one.path}: a parameter that does not exist`,
      [400, ['bestaatNiet']],
      [strange.status, faulty(strange)],
    );
    const bad: string[] = [];
    for (const parameter of parametersOf(one)) {
      const { name } = parameter;
      for (const value of unfit(parameter)) {
        const answer = await as(who).ask(`${address}?${name}=${value}`);
        expect(`${one.path}: ${name}=${value}`, [400, [name]], [answer.status, faulty(answer)]);
      }
      bad.push(name);
    }
    if (bad.length < 2) continue;
    const all = await as(who).ask(`${address}?${bad.map((name) => `${name}=%ff`).join('&')}`);
    expect(`${one.path}: all mistakes at once`, [400, bad], [all.status, faulty(all)]);
    const twice = await as(who).ask(`${address}?paginaGrootte=1&paginaGrootte=2`);
    expect(`${one.path}: twice the same`, [400, ['paginaGrootte']], [twice.status, faulty(twice)]);
  }
}

async function everyWrongAddress(): Promise<void> {
  for (const one of operations) {
    const who = readerOf(one);
    const address = addressOf(one);
    for (const wrong of [`${address}/`, `${address}/bestaat-niet`, address.toUpperCase()]) {
      const answer = await as(who).ask(wrong);
      expect(`${wrong} does not exist`, 404, answer.status);
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await as(who).ask(address, { origin: settings.site }, method);
      expect(
        `${method} ${one.path}`,
        [405, 'GET, HEAD'],
        [answer.status, answer.headers.get('allow')],
      );
    }
  }
  for (const wrong of ['', '/', '/bestaat-niet', '/apparaten/x', '/apparaten/..']) {
    expectThat(
      `'${wrong}' does not exist`,
      [400, 404].includes((await as('beheerder').ask(wrong)).status),
    );
  }
}

// --- That nothing was left out -------------------------------------------------------------------

// A collector in trouble answers these; tests/collector/ has them.
const notHere = new Set(['429', '500', '503']);

function everythingWasSeen(): void {
  for (const one of operations) {
    const seen = [...(contract.seen.get(one.id) ?? [])].sort().map(String);
    const described = Object.keys(one.operation.responses).filter((status) => !notHere.has(status));
    expect(
      `${one.id}: every answer that is described was seen`,
      [],
      described.filter((s) => !seen.includes(s)),
    );
    console.log(
      `  ${one.id.padEnd(24)} ${one.method.padEnd(6)} ${one.path.padEnd(24)} ${seen.join(' ')}`,
    );
  }
}

await theDocument();
await aChange();
await everyOperation();
await everyRole();
await theOtherOrganisation();
await everyPage();
await everyChoice();
await everyTag();
await everyMistake();
await everyWrongAddress();
everythingWasSeen();

const mistakes = [...new Set([...contract.mistakes, ...failures])];
if (mistakes.length > 0) {
  console.error(`${mistakes.length} mistakes:\n${mistakes.slice(0, 60).join('\n')}`);
  process.exit(1);
}
console.log(
  `${operations.length} operations called, ${contract.answers} answers fit the document, ` +
    `${checks} checks held`,
);
