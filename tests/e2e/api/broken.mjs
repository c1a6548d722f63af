// SPDX-License-Identifier: EUPL-1.2
// That the rules of adr-ruleset.yaml can fail: one sound document, and for each rule what must be
// done to it to break that rule and no other. Where two rules look at the same thing from two sides
// the row names both.

const headers = () => ({ 'API-Version': { schema: { type: 'string' } } });
const json = (schema) => ({ 'application/json': { schema } });
const refused = (description) => ({
  description,
  headers: headers(),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Probleem' } } },
});

export const sound = () => ({
  openapi: '3.0.3',
  info: {
    title: 'Proef',
    version: '1.2.3',
    description: 'Een document zonder fouten.',
    contact: { name: 'Beheer', email: 'beheer@example.nl', url: 'https://example.nl/vragen' },
  },
  servers: [{ url: 'https://api.example.nl/v1' }],
  tags: [{ name: 'partijen', description: 'Partijen laptops.' }],
  paths: {
    '/openapi.json': {
      get: {
        operationId: 'leesBeschrijving',
        summary: 'Dit document',
        security: [],
        responses: {
          200: {
            description: 'Dit document',
            headers: headers(),
            content: json({ type: 'object' }),
          },
        },
      },
    },
    '/partijen': {
      get: {
        operationId: 'leesPartijen',
        summary: 'Alle partijen',
        tags: ['partijen'],
        security: [{ sessie: [] }],
        parameters: [{ name: 'paginaGrootte', in: 'query', schema: { type: 'integer' } }],
        responses: {
          200: {
            description: 'De partijen',
            headers: headers(),
            content: json({ type: 'array', items: { $ref: '#/components/schemas/Partij' } }),
          },
          400: refused('Een parameter past niet'),
        },
      },
    },
    '/partijen/{partijId}/_afsluiten': {
      post: {
        operationId: 'sluitPartij',
        summary: 'Sluit een partij',
        tags: ['partijen'],
        security: [{ sessie: [] }],
        parameters: [{ name: 'partijId', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: { content: json({ $ref: '#/components/schemas/Partij' }) },
        responses: {
          200: {
            description: 'De partij',
            headers: headers(),
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Partij' },
                example: { naam: 'Lot 7', begindatum: '2026-11-23' },
              },
            },
          },
          400: refused('De partij is niet te lezen'),
          404: refused('Die partij is er niet'),
        },
      },
    },
  },
  components: {
    securitySchemes: { sessie: { type: 'apiKey', in: 'cookie', name: '__Host-wattlife' } },
    schemas: {
      Partij: {
        type: 'object',
        required: ['naam'],
        properties: {
          naam: { type: 'string', example: 'Lot 7' },
          begindatum: { type: 'string', format: 'date' },
          tijdstip: { type: 'string', format: 'date-time' },
          oordeel: { type: 'string', nullable: true, enum: ['goed', null] },
          sluitingstijd: { type: 'string', format: 'time-local' },
        },
      },
      Probleem: {
        type: 'object',
        required: ['status', 'title', 'detail'],
        properties: {
          status: { type: 'integer' },
          title: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
  },
});

const lots = (d) => d.paths['/partijen'].get;
const closing = (d) => d.paths['/partijen/{partijId}/_afsluiten'].post;
const lot = (d) => d.components.schemas.Partij.properties;
const renamed = (d, from, to) => {
  d.paths[to] = d.paths[from];
  delete d.paths[from];
};

// [rules, what is wrong, how it is made so]
export const rows = [
  ['oas3-schema', 'a licence without a name', (d) => (d.info.license = {})],
  [
    'wattlife:list-says-of-what',
    'a list of nothing',
    (d) => delete lots(d).responses[200].content['application/json'].schema.items,
  ],
  [
    'operation-operationId-unique',
    'two operations of one name',
    (d) => (closing(d).operationId = 'leesPartijen'),
  ],
  [
    'path-params',
    'a variable in the path that is not described',
    (d) => delete closing(d).parameters,
  ],
  ['openapi-tags-uniqueness', 'a tag twice', (d) => d.tags.push({ name: 'partijen' })],
  [
    'oas3-valid-media-example',
    'an example that does not fit',
    (d) => (closing(d).responses[200].content['application/json'].example = { naam: 7 }),
  ],
  [
    'oas3-valid-schema-example',
    'an example that does not fit its schema',
    (d) => (lot(d).naam.example = 7),
  ],
  [
    'oas3-server-variables',
    'a variable of the server that is not described',
    (d) => (d.servers[0].url = 'https://{plaats}.example.nl/v1'),
  ],
  ['oas3-api-servers', 'no server', (d) => (d.servers = [])],
  ['nlgov:openapi3', 'of a version that does not exist', (d) => (d.openapi = '4.0.0')],
  [
    'nlgov:openapi-root-exists',
    'the document is not a resource',
    (d) => delete d.paths['/openapi.json'],
  ],
  ['info-contact', 'nobody to ask', (d) => delete d.info.contact],
  ['nlgov:info-contact-fields-exist', 'no name', (d) => delete d.info.contact.name],
  ['nlgov:info-contact-fields-exist', 'no e-mail address', (d) => delete d.info.contact.email],
  ['nlgov:info-contact-fields-exist', 'no web address', (d) => delete d.info.contact.url],
  ['nlgov:semver', 'two numbers', (d) => (d.info.version = '1.2')],
  ['nlgov:semver', 'a zero in front', (d) => (d.info.version = '1.02.3')],
  [
    'nlgov:include-major-version-in-uri',
    'no version in the address',
    (d) => (d.servers[0].url = 'https://api.example.nl'),
  ],
  [
    'nlgov:include-major-version-in-uri',
    'the minor version too',
    (d) => (d.servers[0].url = 'https://api.example.nl/v1.2'),
  ],
  [
    'nlgov:missing-header',
    'an answer without headers',
    (d) => delete lots(d).responses[200].headers,
  ],
  [
    'nlgov:missing-version-header',
    'an answer with other headers',
    (d) => (lots(d).responses[200].headers = { ETag: { schema: { type: 'string' } } }),
  ],
  ['nlgov:servers-use-https', 'no TLS', (d) => (d.servers[0].url = 'http://api.example.nl/v1')],
  [
    ['path-keys-no-trailing-slash', 'nlgov:paths-no-trailing-slash'],
    'a slash after a path',
    (d) => renamed(d, '/partijen', '/partijen/'),
  ],
  ['nlgov:paths-no-trailing-slash', 'a slash after the address', (d) => (d.servers[0].url += '/')],
  ['nlgov:paths-kebab-case', 'a capital', (d) => renamed(d, '/partijen', '/Partijen')],
  ['nlgov:paths-kebab-case', 'two words in one', (d) => renamed(d, '/partijen', '/alle_partijen')],
  [
    'nlgov:paths-kebab-case',
    'the extension of a file',
    (d) => renamed(d, '/partijen', '/partijen.json'),
  ],
  [
    'nlgov:paths-kebab-case',
    'an underscore before the end',
    (d) => renamed(d, '/partijen', '/_alle/partijen'),
  ],
  [
    'nlgov:query-keys-camel-case',
    'a hyphen in a parameter',
    (d) => (lots(d).parameters[0].name = 'pagina-grootte'),
  ],
  [
    'nlgov:query-keys-camel-case',
    'a capital before a parameter',
    (d) => (lots(d).parameters[0].name = 'PaginaGrootte'),
  ],
  [
    'nlgov:schema-camel-case',
    'a schema with a small letter',
    (d) => (d.components.schemas.kleine_letter = { type: 'string' }),
  ],
  [
    'nlgov:property-casing',
    'an underscore in a property',
    (d) => (lot(d).aantal_laptops = { type: 'integer' }),
  ],
  [
    'nlgov:http-methods',
    'TRACE',
    (d) => {
      d.paths['/partijen'].trace = { ...lots(d), operationId: 'volgPartijen' };
    },
  ],
  [
    'nlgov:use-problem-schema',
    'an error of another kind',
    (d) => (closing(d).responses[404].content = json({ type: 'object' })),
  ],
  [
    'nlgov:use-problem-schema',
    'an error that says nothing',
    (d) => delete closing(d).responses[404].content,
  ],
  [
    'nlgov:problem-schema-members',
    'a problem without detail',
    (d) => {
      delete d.components.schemas.Probleem.properties.detail;
      d.components.schemas.Probleem.required.pop();
    },
  ],
  [
    'nlgov:problem-schema-members',
    'a problem that may leave detail out',
    (d) => d.components.schemas.Probleem.required.pop(),
  ],
  [
    'nlgov:problem-invalid-input',
    'a query that cannot be wrong',
    (d) => delete lots(d).responses[400],
  ],
  [
    'nlgov:problem-invalid-input',
    'a body that cannot be wrong',
    (d) => delete closing(d).responses[400],
  ],
  [
    'nlgov:problem-invalid-input',
    '422',
    (d) => (closing(d).responses[422] = refused('Onverwerkbaar')),
  ],
  [
    'nlgov:specify-format-for-date-and-time',
    'a date that is any text',
    (d) => delete lot(d).begindatum.format,
  ],
  [
    'nlgov:specify-format-for-date-and-time',
    'a moment that is any text',
    (d) => delete lot(d).tijdstip.format,
  ],
  [
    'nlgov:use-date-instead-of-datetime',
    'a date with a time of day',
    (d) => (lot(d).einddatum = { type: 'string', format: 'date-time' }),
  ],
  [
    'nlgov:date-time-ensure-timezone',
    'a moment without a time zone',
    (d) => (lot(d).tijdstip.format = 'date-time-local'),
  ],
  [
    'nlgov:time-without-timezone',
    'a time of day with a time zone',
    (d) => (lot(d).sluitingstijd.format = 'time'),
  ],
  [
    'wattlife:operation-has-a-name',
    'an operation without a name',
    (d) => delete lots(d).operationId,
  ],
  [
    'wattlife:operation-has-a-name',
    'an operation without a summary',
    (d) => delete lots(d).summary,
  ],
  [
    'wattlife:answer-has-a-schema',
    'an answer that may be anything',
    (d) => (lots(d).responses[200].content['application/json'] = {}),
  ],
  [
    'wattlife:null-is-among-words',
    'null that is none of the words',
    (d) => lot(d).oordeel.enum.pop(),
  ],
  ['wattlife:security-is-said', 'nobody thought about who may', (d) => delete lots(d).security],
];
