// Loaded into the real programs: sets the clock of one of them by LETHE_ATTACK_SHIFT milliseconds, LETHE_ATTACK_AFTER
// milliseconds after it began. LETHE_ATTACK_ROLE: the program (cli, keeper, train), or all.
'use strict';
const path = require('node:path');

const RealDate = Date;
const role = path.basename(process.argv[1] ?? '', '.js');
const shift = Number(process.env.LETHE_ATTACK_SHIFT);
const after = Number(process.env.LETHE_ATTACK_AFTER);
const wanted = process.env.LETHE_ATTACK_ROLE;
const begun = RealDate.now();

const now = () => {
  const time = RealDate.now();
  return time - begun >= after ? time + shift : time;
};

if (wanted === 'all' || wanted === role) {
  globalThis.Date = class Date extends RealDate {
    constructor(...args) {
      super(...(args.length === 0 ? [now()] : args));
    }
    static now() {
      return now();
    }
  };
}
