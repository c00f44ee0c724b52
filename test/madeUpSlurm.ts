import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes commands by the names of Slurm's: `sbatch` starts one worker at once, on this machine, by the script that it is
 * given, or refuses while there is a file `full` beside it, or only keeps the script while there is one `busy`; with one `other` it says that it gave the job to another cluster. What it was
 * asked for is in `sbatch.txt`, the script in `script.sh`, what the worker says in `worker.txt`. test/slurm has a real one.
 */
export function writeMadeUpSlurm(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const commands = {
    sbatch: `[ "$1" = --version ] && exit
echo "$@" >> ${folder}/sbatch.txt
[ -e ${folder}/full ] && { printf 'sbatch: error: %s\\n' AssocMaxSubmitJobLimit 'Job violates accounting policy' >&2; exit 1; }
cat > ${folder}/script.sh
[ -e ${folder}/busy ] ||
  SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0 setsid sh ${folder}/script.sh > ${folder}/worker.txt 2>&1 < /dev/null &
[ -e ${folder}/other ] && echo '7;other' || echo 7`,
    srun: 'while [ "${1#--}" != "$1" ]; do shift; done\nexec "$@"',
    squeue: '[ "$1" = --version ] && exit\nexit 0',
    scontrol: '[ "$1" = show ] && echo "ClusterName             = made-up"\nexit 0',
    scancel: 'exit 0',
  };
  for (const [name, text] of Object.entries(commands)) writeCommand(path.join(folder, name), text);
}

export function writeCommand(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}
