// A real provider of OpenID Connect for the tests: node provider.mjs FOLDER SECRET REDIRECT, with the npm packages of FOLDER. It tells where it listens, then takes commands, a line each:
//   spoil WHAT   the next id tokens are not as they should be
//   rotate       other keys from now on
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { createHmac } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [folder, secret, redirect] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${folder}/node_modules/${path}`));
const { default: Provider } = await load('oidc-provider/lib/index.js');
const jose = await load('jose/dist/webapi/index.js');

let spoil = '';
let issuer = '';
let handle;
let keys;
let foreign;

const keyPair = async (alg, kid) => {
  const { privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { ...(await jose.exportJWK(privateKey)), alg, kid, use: 'sig' };
};

const client = (id, alg, method) => ({
  client_id: id, client_secret: secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: method, id_token_signed_response_alg: alg,
});

async function make() {
  const round = Math.random().toString(36).slice(2);
  keys = { RS256: await keyPair('RS256', `rsa-${round}`), ES256: await keyPair('ES256', `ec-${round}`) };
  foreign = { RS256: await keyPair('RS256', keys.RS256.kid), ES256: await keyPair('ES256', keys.ES256.kid) };
  const provider = new Provider(issuer, {
    clients: [client('godwit', 'RS256', 'client_secret_basic'), client('godwit-post', 'ES256', 'client_secret_post')],
    jwks: { keys: Object.values(keys) },
    cookies: { keys: ['of the tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id.split('-')[0]}@example.org`, email_verified: !id.endsWith('-unverified') }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    if (context.path === '/.well-known/openid-configuration' && spoil === 'authorization host') context.body.authorization_endpoint = context.body.authorization_endpoint.replace('127.0.0.1', 'localhost');
    if (context.path === '/token' && context.body?.id_token && spoil) context.body.id_token = await spoiled(context.body.id_token);
  });
  const callback = provider.callback();
  handle = async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return callback(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const account = params.login_hint ?? new URL(request.url, issuer).searchParams.get('account');
    // What a person sees: in place of a password they say who they are.
    if (account === null) {
      response.setHeader('Content-Type', 'text/html');
      return response.end('<!doctype html><title>Acme</title><h1>Acme</h1><form><label>Account <input name="account"></label><button>Sign in at Acme</button></form><form><button name="account" value="">Cancel</button></form>');
    }
    return provider.interactionFinished(request, response, account === '' ? { error: 'access_denied', error_description: 'not today' } : { login: { accountId: account } });
  };
}

const text = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

async function spoiled(token) {
  const header = jose.decodeProtectedHeader(token);
  const claims = jose.decodeJwt(token);
  const now = Math.floor(Date.now() / 1000);
  let key = keys[header.alg];
  const changes = {
    nonce: () => { claims.nonce = 'another'; },
    'no nonce': () => { delete claims.nonce; },
    aud: () => { claims.aud = 'somebody-else'; },
    'aud of several': () => { claims.aud = [claims.aud, 'somebody-else']; },
    azp: () => { claims.azp = 'somebody-else'; },
    iss: () => { claims.iss = 'https://evil.example'; },
    exp: () => { claims.exp = now - 120; },
    iat: () => { claims.iat = now - 3600; },
    'iat of tomorrow': () => { claims.iat = now + 3600; },
    at_hash: () => { claims.at_hash = 'AAAAAAAAAAAAAAAAAAAAAA'; },
    sub: () => { claims.sub = ''; },
    key: () => { key = foreign[header.alg]; },
    kid: () => { header.kid = 'another'; },
    crit: () => { header.crit = ['b64']; header.b64 = true; },
  };
  if (spoil === 'none') return `${text({ alg: 'none' })}.${text(claims)}.`;
  if (spoil === 'hmac by the secret' || spoil === 'hmac by the public key') {
    const { d, p, q, dp, dq, qi, ...open } = key;
    const by = spoil === 'hmac by the secret' ? secret : await jose.exportSPKI(await jose.importJWK(open, header.alg, { extractable: true }));
    const signed = `${text({ ...header, alg: 'HS256' })}.${text(claims)}`;
    return `${signed}.${createHmac('sha256', by).update(signed).digest('base64url')}`;
  }
  if (spoil === 'payload') {
    const [head, , signature] = token.split('.');
    return `${head}.${text({ ...claims, sub: 'somebody-else' })}.${signature}`;
  }
  changes[spoil]();
  return new jose.SignJWT(claims).setProtectedHeader(header).sign(await jose.importJWK(key, header.alg), { crit: { b64: true } });
}

const server = createServer((request, response) => Promise.resolve(handle(request, response)).catch((fault) => { response.statusCode = 500; response.end(String(fault)); }));
server.listen(0, '127.0.0.1', async () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  await make();
  console.log(`listening ${issuer}`);
});

createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line === 'rotate') await make();
  else spoil = line.slice('spoil '.length);
  console.log('done');
}).on('close', () => process.exit(0));
