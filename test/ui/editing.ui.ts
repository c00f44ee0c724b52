// What one does with an experiment file in the editor, before anything is run.
import { expect } from 'vitest';
import { uiTest, until, withHost, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';

const FILES = {
  'm2.lethe.json': recipe({ name: 'Second', bounds: false, methods: [{ method: 'ewc', lambda: 100 }] }),
  'm10.lethe.json': recipe({ name: 'Tenth', bounds: false }),
};

uiTest('a number is swept from its light bulb, by one edit that one step undoes', async () => {
  await withHost('editing-sweep', { workspace: folderWith(FILES), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile('m2.lethe.json');
    await workbench.codeLens('Run all').waitFor();
    await workbench.page.locator('.view-line span span', { hasText: /^100$/ }).click();
    await workbench.page.locator('.lightBulbWidget').waitFor();
    // By key: the lines that stay while one scrolls may lie over the bulb.
    await workbench.page.keyboard.press('Control+.');
    await workbench.page.locator('.action-widget .monaco-list-row', { hasText: /Sweep.lambda/ }).click();
    await workbench.quickPickRow('10, 100, 1000').waitFor();
    await workbench.screenshot('sweep-choices');
    await workbench.quickPickRow('10, 100, 1000').click();
    await workbench.codeLens('Run all (6 runs)').waitFor();
    expect(await workbench.page.locator('.view-lines').first().innerText()).toContain('[10,');
    await workbench.screenshot('swept');
    await workbench.page.keyboard.press('Control+Z');
    await workbench.codeLens('Run all (6 runs)').waitFor({ state: 'hidden' });
  });
});

uiTest('a setting that the file leaves out is swept from the lens above its method', async () => {
  await withHost('editing-sweep-lens', { workspace: folderWith(FILES), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile('m10.lethe.json');
    await workbench.codeLens('Sweep…').first().click();
    await workbench.quickPickRow(/lambda.*100000 · the default · in presets.*Strength of the penalty/).waitFor();
    await workbench.screenshot('sweep-settings');
    await workbench.quickPickRow('lambda').click();
    await workbench.quickPickRow('10000, 100000, 1000000').waitFor();
    await workbench.screenshot('sweep-lens-choices');
    // By key: what the list shows where the pointer rests lies over its rows.
    await workbench.page.keyboard.press('Enter');
    await workbench.codeLens('Run all (10 runs)').waitFor();
    await workbench.codeLens('3 settings, 0/6 runs done').waitFor();
    const text = await workbench.page.locator('.view-lines').first().innerText();
    expect(text.replace(/\s/g, '')).toContain('"lambda":{"sweep":[10000,100000,1000000]}');
    await workbench.screenshot('swept-from-lens');
    await workbench.page.keyboard.press('Control+Z');
    await workbench.codeLens('3 settings').waitFor({ state: 'hidden' });
  });
});

uiTest('dashboards of two experiments stand in one column, wherever the focus is', async () => {
  await withHost('editing-columns', { workspace: folderWith(FILES), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile('m10.lethe.json');
    await workbench.codeLens('Open dashboard').click();
    const panel = new Panel(workbench);
    await panel.drawn();
    await panel.page.locator('h1').first().click();
    await workbench.activity('Lethe').click();
    await workbench.treeRow('Tenth').waitFor();
    const shown = await experimentsShown(workbench);
    expect(shown.map((text) => /^(Second|Tenth)/.exec(text)?.[0])).toEqual(['Second', 'Tenth']);
    await workbench.treeRowAction('Second', 'Open Dashboard');
    await workbench.tab('m2').waitFor();
    await until('both in one column', async () => (await workbench.page.locator('.tab').count()) === 3);
    expect(await workbench.page.locator('.editor-group-container').count()).toBe(2);
  });
});

/** The experiments in the order of the view. */
const experimentsShown = (workbench: Workbench) =>
  workbench.page.locator('.sidebar .pane-body .monaco-list-row[aria-level="1"]').allInnerTexts();
