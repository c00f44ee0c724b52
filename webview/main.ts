import { parseToWebview } from '../src/core/messages';
import { isFinished } from '../src/core/run';
import { registerControls } from './controls';
import { Dashboard } from './dashboard';
import './dashboard.css';
// Styles of all sections: parts that are loaded later bring none along.
import './inside/inside.css';
import './landscape/landscape.css';
import './metrics/metrics.css';
import './why/why.css';
import { ColumnStore } from './columnStore';
import { drawFrom } from './drawing';
import { connectHost } from './host';
import { emptyModel, receive } from './liveRuns';
import { useWords } from './said';
import { t, useLanguage, type Texts } from './strings';

/** Without a word from the host for so long (ms) the page says that it is on its own. The host speaks every 5 s. */
const LOST_AFTER = 15_000;
/** Drawing how runs go on takes this share of the time, until the pause is so long (ms). All else is drawn at once. */
const BUSY = 0.2;
const LONGEST_REST = 2000;

const host = connectHost();
reportFaults();
readLanguage();
document.title = t('title');
registerControls();

const page = new Dashboard();
page.host = host;
drawFrom(new ColumnStore('curve', host, draw));
document.body.append(page);

let model = emptyModel;
let drawing = false;
/** How runs go on is not drawn before (ms of this page): with thousands of runs the page would do nothing else. */
let restUntil = 0;
let resting: ReturnType<typeof setTimeout> | undefined;
let heardAt = performance.now();
/** A resync is asked for once; until the snapshot comes, deltas are of no use. */
let resyncing = false;

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = parseToWebview(event.data);
  if (!message) return;
  heardAt = performance.now();
  page.lost = false;
  if (message.type === 'reply' || message.type === 'refused') {
    host.answered(message);
    return;
  }
  if (message.type === 'show') {
    page.follow(message.place);
    return;
  }
  const received = receive(model, message);
  model = received.model;
  if (message.type === 'snapshot') {
    resyncing = false;
    const { file, uri } = message.view;
    host.remember({ file, uri });
  }
  if (received.outcome === 'gap' && !resyncing) {
    resyncing = true;
    host.send({ type: 'resync', have: model.seq });
  }
  if (received.outcome !== 'changed') return;
  if (message.type === 'delta') drawProgress();
  else draw();
});

setInterval(() => {
  page.lost = performance.now() - heardAt > LOST_AFTER;
}, 1000);

host.send({ type: 'ready' });

/** Draws once a frame, however many messages and curves came in it. */
function draw(): void {
  clearTimeout(resting);
  resting = undefined;
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(drawNow);
}

/** Draws how runs go on: not before the page has rested from what took long. */
function drawProgress(): void {
  if (drawing || resting !== undefined) return;
  const rest = restUntil - performance.now();
  if (rest > 0) resting = setTimeout(draw, rest);
  else draw();
}

function drawNow(): void {
  const from = performance.now();
  drawing = false;
  page.model = model;
  // Curves that have come are no part of the model.
  page.requestUpdate();
  void page.updateComplete.then(() => {
    document.getElementById('waiting')?.remove();
    requestAnimationFrame(publish);
    // A task of its own comes after style, layout and paint.
    setTimeout(() => {
      const to = performance.now();
      restUntil = to + Math.min(LONGEST_REST, ((to - from) * (1 - BUSY)) / BUSY);
    });
  });
}

/** What tests wait for. */
function publish(): void {
  const runs = [...model.runs.values()];
  const { dataset } = document.body;
  dataset['runs'] = String(runs.length);
  dataset['done'] = String(runs.filter((run) => run.status === 'done').length);
  dataset['active'] = String(runs.filter((run) => !isFinished(run.status)).length);
  dataset['seq'] = String(model.seq);
  dataset['ready'] = '1';
}

function reportFaults(): void {
  document.body.dataset['violations'] = '0';
  document.addEventListener('securitypolicyviolation', (event) => {
    document.body.dataset['violations'] = String(Number(document.body.dataset['violations']) + 1);
    host.send({ type: 'cspViolation', directive: event.effectiveDirective, blocked: event.blockedURI });
  });
  window.addEventListener('error', (event) => host.send({ type: 'error', message: event.message }));
  window.addEventListener('unhandledrejection', (event) => host.send({ type: 'error', message: String(event.reason) }));
}

/** The host puts the language's texts into the page as JSON. */
function readLanguage(): void {
  const text = document.getElementById('texts')?.textContent;
  const { texts = {}, words = {} } = (text ? JSON.parse(text) : {}) as {
    texts?: Texts;
    words?: Record<string, string>;
  };
  useLanguage(document.documentElement.lang || 'en', texts);
  useWords(words);
}
