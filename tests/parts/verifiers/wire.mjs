// What the scripts in this folder share: the question on standard input, the answers on standard output, and a world
// without network in which `site` alone answers.
import fs from 'node:fs';
import {TextDecoder} from 'node:util';
import {crc32} from 'node:zlib';

export const {site, cases} = JSON.parse(fs.readFileSync(0, 'utf8'));

// Libraries print what they think of a file: that is for the log, answers alone go to standard output.
console.log = console.info = console.error;

export function body(url) {
  const page = site[url];
  if (page === undefined) {
    throw new Error(`not found: ${url}`);
  }
  if (page.status !== 200) {
    throw new Error(`${page.status}: ${url}`);
  }
  return JSON.parse(Buffer.from(page.body, 'base64').toString('utf8'));
}

export async function fetchFromSite(input) {
  const page = site[String(input.url ?? input)];
  if (page === undefined) {
    return new Response('{}', {status: 404, headers: {'Content-Type': 'application/json'}});
  }
  return new Response(Buffer.from(page.body, 'base64'), {status: page.status, headers: {'Content-Type': page.kind}});
}

// One answer per case, whatever a library throws.
export async function answerAll(judge) {
  for (const one of cases) {
    let verdict;
    try {
      verdict = await judge(opened(one), one);
    } catch (error) {
      verdict = {accepted: false, why: reason(error)};
    }
    process.stdout.write(`${JSON.stringify({name: one.name, ...verdict})}\n`);
  }
}

export function reason(error) {
  const inner = (error?.errors ?? []).map(reason);
  const cause = error?.cause ? [reason(error.cause)] : [];
  return [`${error?.name ?? ''} ${error?.message ?? error}`.trim(), ...inner, ...cause].join(' < ');
}

// The document or the token that a case is about; what is baked is taken out by the rules of Open Badges 3.0, section
// "Baked Badges", without any code of ours in Python.
function opened(one) {
  if (one.json !== undefined) {
    return one.json;
  }
  const text = one.file === undefined ? one.text : unbaked(Buffer.from(one.file, 'base64')).trim();
  return text.startsWith('{') ? JSON.parse(text) : text;
}

function unbaked(file) {
  return file.subarray(0, 8).equals(PNG) ? fromPng(file) : fromSvg(decoded(file));
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const KEYWORD = Buffer.from('openbadgecredential\0', 'latin1');

function fromPng(file) {
  const found = [];
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at);
    const kind = file.toString('latin1', at + 4, at + 8);
    const end = at + 8 + length;
    const data = file.subarray(at + 8, end);
    if (file.length < end + 4 || crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) {
      throw new Error('the picture is damaged');
    }
    if (kind === 'iTXt' && data.subarray(0, KEYWORD.length).equals(KEYWORD)) {
      found.push(data.subarray(KEYWORD.length));
    }
    at += length + 12;
  }
  if (found.length !== 1) {
    throw new Error(`${found.length} credentials in the picture`);
  }
  // compression flag, compression method, language tag, translated keyword: all empty
  if (!found[0].subarray(0, 4).equals(Buffer.alloc(4))) {
    throw new Error('the text of the picture is compressed, or has a language');
  }
  return decoded(found[0].subarray(4));
}

function fromSvg(text) {
  const root = text.match(/<svg\b[^>]*>/);
  if (!root?.[0].includes('xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"')) {
    throw new Error('the picture does not declare the namespace of Open Badges 3.0');
  }
  if (text.split('<openbadges:credential').length !== 2) {
    throw new Error('not one credential in the picture');
  }
  const rest = text.slice(root.index + root[0].length).trimStart();
  const token = rest.match(/^<openbadges:credential\s+verify="([^"]*)"\s*(\/>|>\s*<\/openbadges:credential>)/);
  const json = rest.match(/^<openbadges:credential>\s*<!\[CDATA\[([\s\S]*?)\]\]>\s*<\/openbadges:credential>/);
  if (!token && !json) {
    throw new Error('no credential directly after the root of the picture');
  }
  return token ? token[1] : json[1];
}

function decoded(bytes) {
  return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
}
