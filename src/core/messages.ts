import type { ForkPlace } from './forks';
import { isSection, type DashboardPlace } from './dashboardPlace';
import type { RunAnalyses } from './analyses/courses';
import type { SeveralResult } from './analyses/severalResults';
import type { EventOf } from './events';
import type { Family } from './experiment';
import type { CurveColumns } from './curveColumns';
import type { PageRequest } from './fromWebview';
import type { BackendChoice } from './backends';
import type { MetricColumns } from './metricColumns';
import type { RunManifest } from './manifest';
import type { Scenario } from './methods/card';
import type { RunStatus } from './run';
import type { RunState } from './runModel';
import type { Select } from './selection';
import type { StateChange } from './stateChange';
import type { Yardstick } from './verdict';

/**
 * Messages between the extension (host) and the dashboard (webview): one schema each way.
 * The host owns the data: the webview asks for a snapshot when it becomes visible and then gets numbered deltas.
 * A gap in the numbers makes it ask again.
 */

/** The comparison a dashboard shows, without its runs. */
export interface DashboardView {
  readonly name: string;
  /** Relative path of the experiment file; undefined when only runs are shown. */
  readonly file?: string;
  /** Address of the experiment file, for opening the dashboard again after a reload of the window. */
  readonly uri?: string;
  readonly variants: readonly {
    readonly key: string;
    readonly label: string;
    readonly methods: readonly string[];
    readonly differs: readonly string[];
    /** Parts of the experiment of which another program says nothing. */
    readonly unsaid?: readonly string[];
    /** Key of the variant whose method a program implements too. */
    readonly implements?: string;
    readonly hash: string;
    /** Why only the task-aware accuracy is defined, where that is so. */
    readonly taskAwareOnly?: string;
    /** What the literature leads one to expect of its methods. */
    readonly expect?: readonly string[];
    /** What sweeps made of the same entry of the file. */
    readonly family?: Family;
    /** No file has it: its runs were forked from those of another variant. */
    readonly fork?: ForkPlace;
    /** Finished runs from before something of it was changed, by another hash, and what was changed. */
    readonly earlier?: { readonly changed: 'settings' | 'code'; readonly runs: number };
    /** Values that it is judged by: published ones of its protocol, and what the file expects. */
    readonly yardsticks?: readonly Yardstick[];
  }[];
  /** How one variant of each family is chosen. */
  readonly select?: Select;
  readonly seeds: readonly number[];
  readonly trusted: boolean;
  /** The one whose runs count before those of others; left out for none. */
  readonly backend?: BackendChoice;
  readonly scenario?: Scenario;
  /** The classes of each task; undefined when every seed draws its own. */
  readonly tasks?: readonly (readonly number[])[];
  /** What each task is called, where the numbers of its classes do not say it and no seed is needed to know. */
  readonly names?: readonly string[];
  /** Tasks have names that only a run of a seed tells. */
  readonly namedByRuns?: true;
  /** Names of the classes by their numbers, where each seed deals them out and they have some. */
  readonly classNames?: readonly string[];
  readonly fileTrouble?: FileTrouble;
  /**
   * Small pictures for the stream strip: per task some images as rows of bytes (0..255), `side` pixels square, grey unless
   * there are three channels.
   */
  readonly thumbnails?: {
    readonly side: number;
    readonly channels?: 3;
    readonly tasks: readonly (readonly string[])[];
  };
}

/** Why the variants of a view may be out of date. */
export type FileTrouble =
  /** The experiment file is gone. */
  | { readonly kind: 'missing' }
  /** It has errors: its last valid version is shown, or what is known of its runs where no version was seen. */
  | { readonly kind: 'invalid'; readonly shown: 'last valid' | 'runs' }
  /** Files of the user's own that it names have errors: what uses them is shown as it ran last. */
  | { readonly kind: 'code'; readonly files: readonly string[] };

/** A run as it stands. What was measured on the way is asked for (`Replies`). */
export interface RunSnapshot {
  readonly manifest: RunManifest;
  readonly status: RunStatus;
  /** As `shownState` has it. */
  readonly state: RunState;
  /** Last lines of output.log, for crashed and failed runs. */
  readonly outputTail?: string;
}

/** What the page shows, in numbered messages. */
export type Content =
  | {
      readonly type: 'snapshot';
      readonly seq: number;
      readonly view: DashboardView;
      readonly runs: readonly RunSnapshot[];
    }
  /** Its number is one more than that of the snapshot or delta before. */
  | { readonly type: 'delta'; readonly seq: number; readonly runs: readonly RunDelta[] }
  /** Carries the number of the last snapshot or delta. */
  | { readonly type: 'heartbeat'; readonly seq: number };

export type ToWebview =
  | Content
  /** What was asked for under this number. */
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  /** Nothing comes of what was asked for under this number. */
  | { readonly type: 'refused'; readonly id: number; readonly why: Refusal }
  /** A link leads to a place of the dashboard. */
  | { readonly type: 'show'; readonly place: DashboardPlace }
  /** Something else lies beside a run than before: what was measured on its parameters. */
  | { readonly type: 'analysed'; readonly run: string };

/** What answers a request of each kind. */
export interface Replies {
  readonly curve: CurveColumns;
  readonly metric: MetricColumns;
  /** In the order of the log. */
  readonly mechanisms: readonly EventOf<'mechanism'>[];
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
  readonly images: Images;
  readonly analyses: RunAnalyses;
  readonly several: SeveralResult;
}
export type Reply = Replies[keyof Replies];

export type RequestOf<Kind extends PageRequest['kind']> = Extract<PageRequest, { readonly kind: Kind }>;

/** Why a request is not answered. */
export type Refusal =
  /** It is no request of any known kind, or asks for more than there may be. */
  | 'invalid'
  /** Too many others wait. */
  | 'busy'
  /** It took too long. */
  | 'late'
  /** The dashboard shows no such run. */
  | 'unknown run'
  /** There is no such thing: the log is gone, the data set is not on this machine, its examples are no images. */
  | 'not there'
  | 'failed';

/** Examples as pictures, in the order they were asked for. */
export interface Images {
  readonly height: number;
  readonly width: number;
  /** 3: red, green and blue of each pixel; 1: grey. */
  readonly channels: 1 | 3;
  /** Row after row, picture after picture; 0..255. */
  readonly bytes: Uint8Array;
  /** A seed draws how tasks see the examples (permutations): they are shown as they lie in the data set. */
  readonly unchanged?: true;
}

/** What is new of one run; or one that is new (then `snapshot` is set), or one that is gone. */
export interface RunDelta {
  readonly id: string;
  readonly snapshot?: RunSnapshot;
  readonly status?: RunStatus;
  readonly state?: StateChange;
  readonly outputTail?: string;
  readonly removed?: boolean;
}

/** Says of a value that comes in whether it is a message: it comes from our own host, which is typed by ToWebview. */
export function parseToWebview(message: unknown): ToWebview | undefined {
  const { type, seq, id, view, runs, run, place } = fieldsOf(message);
  switch (type) {
    case 'snapshot':
      return typeof seq === 'number' && typeof fieldsOf(view)['name'] === 'string' && Array.isArray(runs)
        ? (message as ToWebview)
        : undefined;
    case 'delta':
      return typeof seq === 'number' &&
        Array.isArray(runs) &&
        runs.every((run) => typeof fieldsOf(run)['id'] === 'string')
        ? (message as ToWebview)
        : undefined;
    case 'heartbeat':
      return typeof seq === 'number' ? (message as ToWebview) : undefined;
    case 'reply':
    case 'refused':
      return typeof id === 'number' ? (message as ToWebview) : undefined;
    case 'show':
      return isPlace(place) ? (message as ToWebview) : undefined;
    case 'analysed':
      return typeof run === 'string' ? (message as ToWebview) : undefined;
    default:
      return undefined;
  }
}

function isPlace(value: unknown): boolean {
  const { section, variant, task } = fieldsOf(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    (section === undefined || isSection(section)) &&
    (variant === undefined || typeof variant === 'string') &&
    (task === undefined || typeof task === 'number')
  );
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** What the webview keeps over a reload: only how the user looked at things. */
export interface DashboardUiState {
  readonly file?: string;
  readonly uri?: string;
  readonly tab?: string;
  readonly sort?: { readonly column: string; readonly descending: boolean } | undefined;
  /** What is looked at (webview/selection.ts). */
  readonly selection?: {
    readonly hidden?: readonly string[];
    readonly baseline?: string | undefined;
    readonly seeds?: readonly number[] | undefined;
    readonly task?: number | undefined;
    readonly variant?: string | undefined;
    readonly columns?: readonly string[] | undefined;
  };
  /** Charts and matrices show the task-aware accuracy. */
  readonly taskAware?: boolean;
  /** What the axes of charts count. */
  readonly axis?: 'steps' | 'seconds';
  /** Which panels of the section Inside are shown (webview/inside/filters.ts). */
  readonly inside?: { readonly variant?: string | undefined; readonly group?: string | undefined };
}
