import type { ParsedExperiment } from '../core/parse';
import type { BackendChoice } from '../core/backends';
import { hashesOf } from '../runs/index';
import type { Config } from './config';
import type { ExperimentDocument } from './experiments';
import { overviewOf, type ExperimentOverview } from './overview';
import type { RunsModel } from './runsModel';

interface Kept {
  readonly parsed: ParsedExperiment;
  readonly revision: number;
  readonly backend: BackendChoice;
  readonly overview: ExperimentOverview;
}

/** Their code is read when somebody looks at results. */
export type LazyOverviews = () => Promise<Overviews>;

/** Overviews of experiments, computed again only when the file, a run of its folder or the backend that is asked for changed. */
export class Overviews {
  private readonly kept = new Map<string, Kept>();
  private readonly hashes = new WeakMap<ParsedExperiment, ReadonlyMap<string, string>>();

  constructor(
    private readonly runs: RunsModel,
    private readonly config: Config,
  ) {}

  /** Undefined for a file with errors. */
  of(document: ExperimentDocument): ExperimentOverview | undefined {
    const { parsed, folder, path } = document;
    if (!parsed.experiment) return undefined;
    const key = document.uri.toString();
    const revision = folder === undefined ? 0 : this.runs.revision(folder);
    const { backend } = this.config;
    const known = this.kept.get(key);
    if (known?.parsed === parsed && known.revision === revision && known.backend === backend) return known.overview;
    const hashes = this.hashesOf(parsed);
    const runs = folder === undefined ? [] : this.runs.runs(folder);
    const overview = overviewOf(parsed.experiment, path, runs, (variant) => hashes.get(variant.key) ?? '', backend);
    this.kept.set(key, { parsed, revision, backend, overview });
    return overview;
  }

  private hashesOf(parsed: ParsedExperiment): ReadonlyMap<string, string> {
    const known = this.hashes.get(parsed);
    if (known) return known;
    const { experiment } = parsed;
    const hashes = experiment ? hashesOf(experiment) : new Map<string, string>();
    this.hashes.set(parsed, hashes);
    return hashes;
  }
}
