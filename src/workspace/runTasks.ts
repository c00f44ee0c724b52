import type * as vscode from 'vscode';

/** The runs that terminal tasks of this window are about. */
const runs = new WeakMap<vscode.Task, string>();

/** Says of a task, before it is executed, which run it is about. */
export const isAbout = (task: vscode.Task, run: string): void => void runs.set(task, run);

/** The run that a task is about; undefined of all tasks that are not Lethe's. */
export const runOfTask = (task: vscode.Task): string | undefined => runs.get(task);
