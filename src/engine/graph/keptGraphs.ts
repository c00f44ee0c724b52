/** Compiled graphs by key. Those that were used longest ago are let go. */
export class KeptGraphs<Graph extends { dispose(): void }> {
  /** Seconds spent on making graphs. */
  seconds = 0;
  /** Last used comes last. */
  private readonly graphs = new Map<string, Graph>();
  private readonly refused = new Set<string>();
  private readonly reasons = new Set<string>();

  /**
   * @param most graphs to keep
   * @param onRefused told why a graph cannot be made: each reason once, which several keys may have
   */
  constructor(
    private readonly most: number,
    private readonly onRefused: (reason: string) => void,
  ) {}

  /** The graph of a key, made when it is not there; undefined where it cannot be, which is tried once. */
  get(key: string, make: () => Graph): Graph | undefined {
    if (this.refused.has(key)) return undefined;
    const graph = this.graphs.get(key) ?? this.made(key, make);
    if (!graph) return undefined;
    this.graphs.delete(key);
    this.graphs.set(key, graph);
    return graph;
  }

  /** Lets go what is too many, but never `current`. */
  trim(current?: Graph): void {
    for (const [key, graph] of this.graphs) {
      if (this.graphs.size <= this.most) return;
      if (graph === current) continue;
      graph.dispose();
      this.graphs.delete(key);
    }
  }

  /** Lets go all of them; new ones can be made, and what was refused is tried again. */
  clear(): void {
    for (const graph of this.graphs.values()) graph.dispose();
    this.graphs.clear();
    this.refused.clear();
  }

  private made(key: string, make: () => Graph): Graph | undefined {
    const start = performance.now();
    try {
      return make();
    } catch (error) {
      this.refused.add(key);
      this.tell(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      this.seconds += (performance.now() - start) / 1000;
    }
  }

  private tell(reason: string): void {
    if (this.reasons.has(reason)) return;
    this.reasons.add(reason);
    this.onRefused(reason);
  }
}
