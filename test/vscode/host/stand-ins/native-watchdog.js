// Stands in for the native module @vscode/native-watchdog: ends the extension host once its parent process is gone.
const CHECK_EVERY_MS = 3000;
const PARENT_GONE = 87;

exports.start = (parentPid) => {
  const check = () => {
    try {
      process.kill(parentPid, 0);
    } catch {
      process.exit(PARENT_GONE);
    }
  };
  setInterval(check, CHECK_EVERY_MS).unref();
};
exports.exit = (code) => process.exit(code ?? 0);
