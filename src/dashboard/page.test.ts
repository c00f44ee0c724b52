import { describe, expect, it } from 'vitest';
import { pageHtml } from './page';

const options = {
  cspSource: 'https://x',
  script: 'https://x/d.js',
  style: 'https://x/d.css',
  language: 'en',
  texts: {},
  words: {},
  title: 'quick',
  waiting: 'Reading runs …',
};
const nonceOf = (html: string) => /script-src 'nonce-([^']+)'/.exec(html)?.[1];

describe('the page', () => {
  it('allows its own files only: nothing inline, nothing evaluated, no other host', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(pageHtml(options))?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|data:|blob:|\*/);
  });

  it('has a new nonce each time, the same in the policy and in every script', () => {
    const [first, second] = [pageHtml(options), pageHtml(options)];
    expect(nonceOf(first)).not.toBe(nonceOf(second));
    const scripts = [...first.matchAll(/<script[^>]*nonce="([^"]+)"/g)].map(([, nonce]) => nonce);
    expect(scripts).toEqual([nonceOf(first), nonceOf(first)]);
    expect(first.match(/<script/g)).toHaveLength(2);
  });

  it('keeps translations from ending the element they stand in', () => {
    const html = pageHtml({ ...options, texts: { run: '</script><img src=x>' } });
    expect(html).not.toContain('<img');
    const json = /id="texts"[^>]*>(.*)<\/script>/.exec(html)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual({ texts: { run: '</script><img src=x>' }, words: {} });
  });

  it('says before its script is there what it is of, and that it is on its way', () => {
    expect(pageHtml(options)).toMatch(/<h1>quick<\/h1>\s*<p [^>]*role="status">Reading runs …<\/p>/);
  });

  it.each(['language', 'title', 'waiting'])('escapes what it is given as %s', (name) => {
    expect(pageHtml({ ...options, [name]: '"><b>' })).not.toContain('<b>');
  });
});
