// SPDX-License-Identifier: EUPL-1.2
// A provider of identities for sign_in.sh: npm's certified oidc-provider, set as the NL GOV profile
// asks (code flow, PKCE S256, private_key_jwt, PS256), with accounts that sign in by their name.
//
//   node provider.mjs FOLDER FIRST_PORT LAST_PORT
//
// Takes a free port and prints its address. The collector may be on any port from the first to the
// last. FOLDER holds server.pem, server.key and client.jwks (the public keys of the collector).
// Accounts whose name begins with "wrong-" or "expired" get an ID token that is signed rightly and
// says something wrong: what a certified provider would never do.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { generateKeyPair, exportJWK, SignJWT, decodeJwt } from 'jose';
import { Provider } from 'oidc-provider';

const [folder, first, last] = process.argv.slice(2);
const tls = {
  key: readFileSync(`${folder}/server.key`),
  cert: readFileSync(`${folder}/server.pem`),
};
const server = createServer(tls).listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `https://localhost:${server.address().port}`;
const ports = Array.from({ length: last - first + 1 }, (_, i) => Number(first) + i);
const own = '00000001003214345000';
const accounts = {
  anna: { name: 'Anna de Vries', roles: ['wl-beheer'], oin: own },
  ander: { name: 'Anders Om', roles: ['wl-beheer'], oin: '00000004000000062000' },
  rijk: { name: 'Rik Rijk', roles: ['wl-rijk', 'something-else'], oin: [] },
  niemand: { name: 'Nina Niemand', roles: ['something-else'], oin: own },
};
const claimsOf = (id) => accounts[id] ?? accounts.anna;

const { privateKey } = await generateKeyPair('PS256', { extractable: true });
const signing = { ...(await exportJWK(privateKey)), kid: 'provider-1', alg: 'PS256', use: 'sig' };
const client = (id, more) => ({
  client_id: id,
  redirect_uris: ports.map((port) => `https://localhost:${port}/aanmelden/terug`),
  post_logout_redirect_uris: ports.map((port) => `https://localhost:${port}/afgemeld`),
  grant_types: ['authorization_code'],
  response_types: ['code'],
  id_token_signed_response_alg: 'PS256',
  ...more,
});

const provider = new Provider(issuer, {
  clients: [
    client('wattlife', {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      jwks: JSON.parse(readFileSync(`${folder}/client.jwks`, 'utf8')),
    }),
    client('wattlife-secret', {
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: 'a secret with / and + in it: 0123456789',
    }),
  ],
  jwks: { keys: [signing] },
  enabledJWA: {
    idTokenSigningAlgValues: ['PS256'],
    clientAuthSigningAlgValues: ['PS256'],
  },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  conformIdTokenClaims: false,
  claims: { openid: ['sub', 'name', 'roles', 'oin'] },
  cookies: { keys: ['only for a test'] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) }),
  interactions: { url: (ctx, interaction) => `/account/${interaction.uid}` },
  // Nobody is asked for consent: it is the organisation's own application.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
});

// GET /account/UID?name=anna signs in as anna.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/account/')) return next();
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: ctx.query.name } });
});

// What the accounts that are there to deceive get.
provider.use(async (ctx, next) => {
  await next();
  if (ctx.path !== '/token' || !ctx.body?.id_token) return;
  const claims = decodeJwt(ctx.body.id_token);
  const changes = {
    'wrong-audience': { aud: 'another-client' },
    'wrong-issuer': { iss: 'https://localhost:1' },
    'wrong-party': { azp: 'another-client' },
    expired: { exp: claims.iat - 3600, iat: claims.iat - 7200 },
  }[claims.sub];
  let key = privateKey;
  if (claims.sub === 'wrong-key') ({ privateKey: key } = await generateKeyPair('PS256'));
  if (!changes && claims.sub !== 'wrong-key') return;
  ctx.body.id_token = await new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'PS256', kid: 'provider-1' })
    .sign(key);
});

server.on('request', provider.callback());
console.log(`provider on ${issuer}`);
