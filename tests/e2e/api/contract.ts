// SPDX-License-Identifier: EUPL-1.2
// The description of the REST API, held against each answer of a running collector: the status is
// one that is described, the headers are there, and the body fits its schema, with no member that
// the schema does not know.
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

export interface Document {
  info: { version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: JsonObject;
}
export interface Operation {
  operationId: string;
  security?: JsonObject[];
  parameters?: Parameter[];
  responses: Record<string, Described>;
}
export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  schema: {
    enum?: string[];
    format?: string;
    pattern?: string;
    minimum?: number;
    maximum?: number;
    maxLength?: number;
  };
}
interface Described {
  $ref?: string;
  headers?: Record<string, { $ref?: string; schema?: JsonObject }>;
  content?: Record<string, { schema: JsonObject }>;
}
export interface NamedOperation {
  id: string;
  method: string; // "GET"
  path: string; // "/apparaten/{apparaatId}"
  operation: Operation;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// The same schema that refuses what it does not know. A part of an `allOf` cannot, since it does
// not know the other parts.
function closed(value: Json, inParts = false): Json {
  if (Array.isArray(value)) return value.map((one) => closed(one, inParts));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    copy[name] = closed(member, name === 'allOf');
  }
  if (!inParts && isObject(copy['properties']) && !('additionalProperties' in copy)) {
    copy['additionalProperties'] = false;
  }
  return copy;
}

// What /core/transport/security-headers asks of each answer. What has an ETag may be kept by who
// asked, who must ask each time whether it changed.
const securityHeaders: Record<string, RegExp> = {
  'cache-control': /^(no-store|(private, )?no-cache)$/,
  'content-security-policy': /frame-ancestors 'none'/,
  'strict-transport-security': /max-age=\d{7,}/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
};

export class Contract {
  readonly document: Document;
  readonly operations: NamedOperation[] = [];
  // Of each operation the statuses that were seen and fitted.
  readonly seen = new Map<string, Set<number>>();
  readonly mistakes: string[] = [];
  answers = 0;
  private readonly ajv = new Ajv({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: Document) {
    this.document = document;
    addFormats(this.ajv);
    const { components, paths } = document as unknown as { components: Json; paths: Json };
    this.ajv.addSchema({ $id: 'api', components: closed(components), paths: closed(paths) }, 'api');
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        const operation = item[method];
        if (!operation) continue;
        const id = operation.operationId;
        this.operations.push({ id, method: method.toUpperCase(), path, operation });
        this.seen.set(id, new Set());
      }
    }
  }

  // Follows `$ref` to what is described elsewhere in the document.
  resolved<T extends object>(value: T): T {
    const reference = (value as { $ref?: string }).$ref;
    if (reference === undefined) return value;
    let found: unknown = this.document;
    for (const part of reference.slice(2).split('/')) {
      found = (found as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return found as T;
  }

  // What the first server of the document says comes before each path: "/v1".
  basePath(): string {
    const url = this.document.servers[0]?.url ?? '';
    return new URL(url, 'https://localhost').pathname.replace(/\/$/, '');
  }

  // The operation that answers here, undefined when the document has none. A path without variables
  // goes before one with.
  operationOf(method: string, pathname: string): NamedOperation | undefined {
    const base = this.basePath();
    const fits = this.operations.filter((one) => {
      const pattern = one.path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+');
      const same = one.method === method || (one.method === 'GET' && method === 'HEAD');
      return same && new RegExp(`^${base}${pattern}$`).test(pathname);
    });
    return fits.find((one) => !one.path.includes('{')) ?? fits[0];
  }

  private validator(key: string, schema: JsonObject): ValidateFunction {
    let made = this.validators.get(key);
    if (!made) {
      // Within the document, so that `#/components/...` is found.
      const inside = JSON.parse(
        JSON.stringify(closed(schema)).replaceAll('"#/', '"api#/'),
      ) as object;
      made = this.ajv.compile(inside);
      this.validators.set(key, made);
    }
    return made;
  }

  // What of this answer is not as the document says; empty when it fits. Noted in `mistakes` too.
  check(method: string, url: string, response: Response, body: string): string[] {
    const wrong: string[] = [];
    const pathname = new URL(url).pathname;
    this.answers += 1;
    this.checkHeaders(response, wrong);
    const found = this.operationOf(method, pathname);
    if (found) this.checkAgainst(found, method, response, body, wrong);
    else if (response.status < 400) wrong.push('no operation of the document answers here');
    if (response.status >= 400) this.checkProblem(method, response, body, wrong);
    const named = wrong.map((one) => `${method} ${pathname}: ${response.status}: ${one}`);
    this.mistakes.push(...named);
    if (found && named.length === 0) this.seen.get(found.id)?.add(response.status);
    return named;
  }

  private checkHeaders(response: Response, wrong: string[]): void {
    const version = response.headers.get('api-version');
    const wanted = this.document.info.version;
    if (version !== wanted) wrong.push(`API-Version is '${version}', the document is ${wanted}`);
    for (const [name, pattern] of Object.entries(securityHeaders)) {
      const value = response.headers.get(name) ?? '';
      if (!pattern.test(value)) wrong.push(`${name} is '${value}'`);
    }
    const forAnyone = response.headers.get('access-control-allow-origin') === '*';
    if (!forAnyone && response.headers.get('cache-control') === 'no-cache') {
      wrong.push('anything in between may keep it');
    }
    if (response.status >= 400 && response.headers.get('cache-control') !== 'no-store') {
      wrong.push('an error may be kept');
    }
  }

  private checkAgainst(
    found: NamedOperation,
    method: string,
    response: Response,
    body: string,
    wrong: string[],
  ): void {
    const { responses } = found.operation;
    const status = String(response.status);
    const key = [status, `${status[0]}XX`, 'default'].find((one) => one in responses);
    if (key === undefined) {
      wrong.push(`the document does not know this status of ${found.id}`);
      return;
    }
    const described = this.resolved(responses[key]!);
    for (const [name, reference] of Object.entries(described.headers ?? {})) {
      const header = this.resolved(reference);
      const value = response.headers.get(name);
      if (value === null) wrong.push(`the header ${name} is missing`);
      if (value === null || !header.schema) continue;
      const validate = this.validator(`${found.id} ${key} ${name}`, header.schema);
      const numeric = this.resolved(header.schema)['type'] === 'integer';
      if (!validate(numeric ? Number(value) : value))
        wrong.push(`the header ${name} is '${value}'`);
    }
    if (method === 'HEAD' || body === '') {
      const empty = method === 'HEAD' || !described.content;
      if (!empty) wrong.push('the body is empty');
      return;
    }
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim();
    const content = described.content?.[type];
    if (!content) {
      wrong.push(`the document does not know the type '${type}' of this answer`);
      return;
    }
    if (!type.endsWith('json')) return;
    const validate = this.validator(`${found.id} ${key} ${type}`, content.schema);
    if (validate(JSON.parse(body))) return;
    for (const error of validate.errors ?? []) {
      const more =
        'additionalProperty' in error.params ? `: ${error.params['additionalProperty']}` : '';
      wrong.push(`the body${error.instancePath} ${error.message}${more}`);
    }
  }

  // RFC 9457, also where the document has no operation.
  private checkProblem(method: string, response: Response, body: string, wrong: string[]): void {
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('application/problem+json')) wrong.push(`an error of type '${type}'`);
    else if (method !== 'HEAD') {
      const problem = JSON.parse(body) as JsonObject;
      if (problem['status'] !== response.status)
        wrong.push(`its problem says ${problem['status']}`);
      for (const name of ['type', 'title', 'detail']) {
        if (typeof problem[name] !== 'string' || problem[name] === '') {
          wrong.push(`its problem has no ${name}`);
        }
      }
    }
  }
}
