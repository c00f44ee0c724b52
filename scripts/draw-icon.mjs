/** Draws media/icon.png, the extension's icon, from the picture below. Needs a Chromium: node scripts/draw-icon.mjs [path] */
import { chromium } from 'playwright-core';

const size = 256;
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 256 256">
  <defs>
    <linearGradient id="night" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#1b3a5c"/><stop offset="1" stop-color="#0d1b2c"/></linearGradient>
    <linearGradient id="fade" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#ff8f7a"/><stop offset="1" stop-color="#ff8f7a" stop-opacity=".45"/></linearGradient>
  </defs>
  <rect x="8" y="8" width="240" height="240" rx="52" fill="url(#night)"/>
  <g fill="none" stroke-linecap="round" stroke-linejoin="round" stroke-width="15">
    <path d="M60 56v140h140" stroke="#8aa4bf" stroke-width="10"/>
    <path d="M84 78c40 0 72-5 116 4" stroke="#7fd1ff"/>
    <path d="M84 106c38 0 36 60 72 60" stroke="url(#fade)"/>
  </g>
  <g fill="#ff8f7a"><circle cx="176" cy="168" r="6.500" opacity=".6"/><circle cx="198" cy="169" r="5" opacity=".35"/></g>
</svg>`;

const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: size, height: size } });
await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${picture}`);
await page.screenshot({ path: 'media/icon.png', omitBackground: true });
await browser.close();
