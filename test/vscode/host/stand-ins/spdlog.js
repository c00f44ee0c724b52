// Stands in for the native module @vscode/spdlog, which would need a compiler. Without it VS Code's log files and
// Output channels stay empty. Writes synchronously and never rotates: a test's logs are short and must be complete.
const fs = require('node:fs');
const path = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
const LEVEL_LABELS = { warn: 'warning' };

class Logger {
  constructor(_kind, _name, file) {
    this.file = file;
    this.level = LEVELS.indexOf('info');
    this.bare = false;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.appendFileSync(file, '');
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  setPattern() {
    this.bare = false;
  }
  clearFormatters() {
    this.bare = true;
  }
  flush() {}
  drop() {
    this.file = undefined;
  }
}

LEVELS.forEach((name, severity) => {
  Logger.prototype[name] = function (message) {
    if (severity < this.level || this.file === undefined) return;
    const prefix = `${new Date().toISOString().replace('T', ' ').replace('Z', '')} [${LEVEL_LABELS[name] ?? name}] `;
    try {
      fs.appendFileSync(this.file, this.bare ? message : `${prefix}${message}\n`);
    } catch {
      // The test's folder is already gone; a log line must not break the shutdown.
    }
  };
});

const createLogger = async (name, file) => new Logger('rotating', name, file);

// Plain assignments only: VS Code imports this from ESM, and Node finds the names of a CommonJS module by reading these.
exports.version = 1;
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.shutdown = () => {};
