// The verifier of the Digital Credentials Consortium. It reads Data Integrity, not JWT.
import {answerAll, fetchFromSite, reason, site} from './wire.mjs';

globalThis.fetch = fetchFromSite;  // before the import: the library keeps the function that it finds

const {verifyCredential} = await import('@digitalcredentials/verifier-core');

await answerAll(async (credential) => {
  if (typeof credential === 'string') {
    return {accepted: false, why: 'a token is no credential for this verifier'};
  }
  const {errors = [], log = [], additionalInformation = []} =
    await verifyCredential({credential: structuredClone(credential), knownDIDRegistries: []});
  // A fatal problem leaves no log, a date in the future an empty one, a list that does not answer a step without
  // `valid`: only what is said to be valid counts.
  const wanted = ['valid_signature', 'expiration', ...(credential.credentialStatus ? ['revocation_status'] : [])];
  const missing = wanted.filter((id) => !log.some((step) => step.id === id && step.valid === true));
  const said = [...errors.map(reason), ...log.filter((step) => step.error).map((step) => reason(step.error))];
  return {
    accepted: errors.length === 0 && missing.length === 0,
    why: [...missing, ...said].join('; '),
    schema: schema(additionalInformation),
  };
});

// true or false where the site has the JSON Schema that the credential calls for, else null: to the library, a schema
// that is not there is an empty one, which everything satisfies.
function schema(information) {
  const results = information.flatMap((entry) => Array.isArray(entry.results) ? entry.results : [])
    .filter((entry) => entry.schema in site);
  return results.length === 0 ? null : results.every((entry) => entry.result.valid === true);
}
