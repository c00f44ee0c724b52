import * as z from 'zod';
import { ownValue } from './ownValue';
import { MOST_TASKS } from './recipe';

/**
 * What a method shows of its inside after a task: a few views, each of one of the kinds below. Every kind is open to other
 * programs (docs/event-protocol.md has an example of each), says its units and has a bounded size.
 */

/** Views in one event. */
export const MOST_VIEWS = 64;
/** Numbers and texts in all views of one event together. */
export const MOST_VALUES = 20_000;
/** Named rows of a view: layers, tensors, pairs. */
export const MOST_ROWS = 512;
/** Cells of a row over time, bins of a histogram, values of a spectrum. */
export const MOST_CELLS = 256;
/** Classes that are counted one by one. */
export const MOST_CLASSES = 1024;
/** Examples of a memory that are named. */
export const MOST_EXAMPLES = 128;
/** Images in a row, and values of all images of an event together (bytes). */
export const MOST_IMAGES = 64;
export const MOST_IMAGE_BYTES = 100_000;
/** Pixels of a side of an image. */
const LONGEST_SIDE = 256;
const MOST_NODES = 1024;
/** Numbers that each node of a tree has. */
const MOST_QUANTITIES = 8;
/** Characters (UTF-16 units) of a title, and of any other text. */
const LONGEST_TITLE = 120;
export const LONGEST_NAME = 80;

/** JSON can write `1e999`, which is read as infinity. */
const finite = z.number({
  error: ({ input }) => (input === Infinity || input === -Infinity ? 'is too large to be a number' : undefined),
});
const count = z.int().min(0);
/** Index = task. */
const perTask = z.array(count).max(MOST_TASKS);
const name = z.string().min(1).max(LONGEST_NAME);
/** `1` for a number that has none. */
const unit = name;

/** What views of every kind have. */
const everyView = {
  title: z.string().min(1).max(LONGEST_TITLE),
  /** Which of the methods, where several are combined. */
  method: name.optional(),
};

/** One number for each layer of the network. A task adds one event, so the events are a table of layers over tasks. */
const layers = z.object({
  kind: z.literal('layers'),
  ...everyView,
  quantity: name,
  unit,
  /** In the order of the network; null where the number is not defined or not finite. */
  layers: z
    .array(z.object({ name, value: finite.nullable() }))
    .min(1)
    .max(MOST_ROWS),
});

const exampleColumn = z.array(count).max(MOST_EXAMPLES);

/** The examples that are kept. */
const memory = z.object({
  kind: z.literal('memory'),
  ...everyView,
  /** How examples come into it and leave it, e.g. `reservoir`. */
  policy: name,
  /** Examples in it, and how many it takes at most, where there is a limit. */
  count,
  capacity: count.optional(),
  /** Of the examples as they are stored. */
  bytes: count.optional(),
  /** How many of each class (index = label), and of each task. */
  perClass: z.array(count).max(MOST_CLASSES).optional(),
  perTask: perTask.optional(),
  /** How many came into the memory so many tasks ago: index 0 in the task just learned. */
  ages: perTask.optional(),
  /** Some of them one by one, in columns of one length: place in the training set, task whose view is kept, label. */
  examples: z
    .object({ index: exampleColumn, task: exampleColumn.optional(), label: exampleColumn.optional() })
    .refine(({ index, task = index, label = index }) => index.length === task.length && index.length === label.length, {
      message: 'has columns of different lengths',
    })
    .optional(),
});

/** Characters of so many bytes in base64. */
const base64Length = (bytes: number) => Math.ceil(bytes / 3) * 4;

const side = z.int().min(1).max(LONGEST_SIDE);

/** Images that a method made, or keeps in a form of its own: those of training examples stand in a `memory`. */
const images = z
  .object({
    kind: z.literal('images'),
    ...everyView,
    height: side,
    width: side,
    /** 1 for grey, 3 for red, green and blue. */
    channels: z.literal([1, 3]),
    /** Images side by side: of several rows those in one place belong together. */
    rows: z
      .array(
        z.object({
          name,
          /** Bytes in base64, row after row of pixels, the channels of a pixel side by side. */
          images: z
            .array(z.base64().max(base64Length(MOST_IMAGE_BYTES)))
            .min(1)
            .max(MOST_IMAGES),
          /** What stands below each. */
          captions: z.array(name).max(MOST_IMAGES).optional(),
        }),
      )
      .min(1)
      .max(MOST_ROWS),
  })
  .refine(
    ({ height, width, channels, rows }) =>
      rows.every((row) => row.images.every(({ length }) => length === base64Length(height * width * channels))),
    { message: 'has an image of another size than it says', path: ['rows'] },
  )
  .refine(({ rows }) => rows.every((row) => row.captions === undefined || row.captions.length === row.images.length), {
    message: 'needs one caption for each image, or none',
    path: ['rows'],
  });

/** Who owns what part of the network. */
const capacity = z.object({
  kind: z.literal('capacity'),
  ...everyView,
  /** What is counted, e.g. `weights` or `units`. */
  unit,
  layers: z
    .array(z.object({ name, free: count, perTask }))
    .min(1)
    .max(MOST_ROWS),
});

/** How many columns a raster has; a whole number of them may come out a little larger in floating point. */
const columnsOf = (duration: number, perColumn: number) => Math.ceil(duration / perColumn - 1e-6);

/** Spikes over time. */
const raster = z
  .object({
    kind: z.literal('raster'),
    ...everyView,
    /** Of time. */
    unit,
    /** Time of a column, and of the whole: the last column may be shorter. */
    perColumn: finite.positive(),
    duration: finite.positive(),
    /** A layer (or any other group) of so many neurons: its spikes in each column. */
    rows: z
      .array(z.object({ name, neurons: z.int().min(1), spikes: z.array(count).min(1).max(MOST_CELLS) }))
      .min(1)
      .max(MOST_ROWS),
  })
  .refine(({ rows }) => rows.every(({ spikes }) => spikes.length === rows[0]?.spikes.length), {
    message: 'has rows of different lengths',
  })
  .refine(({ rows, perColumn, duration }) => rows[0]?.spikes.length === columnsOf(duration, perColumn), {
    message: 'has not as many columns as its duration takes',
  });

/** Whether each value stands to the one before it as asked. */
const inOrder = (values: readonly number[], follows: (next: number, before: number) => boolean): boolean =>
  values.every((value, i) => i === 0 || follows(value, values[i - 1] as number));

/** Histograms with common edges: bin i counts what lies from edge i up to edge i + 1. */
const distribution = z
  .object({
    kind: z.literal('distribution'),
    ...everyView,
    quantity: name,
    unit,
    /** `log10`: edges are decimal logarithms of the quantity. */
    scale: z.enum(['linear', 'log10']),
    edges: z
      .array(finite)
      .min(2)
      .max(MOST_CELLS + 1),
    /** `below` and `above`: how many lie beyond the edges; of a zero the logarithm lies below. */
    parts: z
      .array(z.object({ name, counts: z.array(count).max(MOST_CELLS), below: count, above: count }))
      .min(1)
      .max(MOST_ROWS),
  })
  .refine(({ edges }) => inOrder(edges, (next, before) => next > before), {
    message: 'has edges that do not rise',
    path: ['edges'],
  })
  .refine(({ edges, parts }) => parts.every(({ counts }) => counts.length === edges.length - 1), {
    message: 'needs one count for each bin, one less than edges',
    path: ['parts'],
  });

const angleRanges = { degrees: [0, 180], cosine: [-1, 1] } as const;

/** How two directions lay to each other in the steps of the task. */
const angle = z
  .object({
    kind: z.literal('angle'),
    ...everyView,
    unit: z.enum(['degrees', 'cosine']),
    pairs: z
      .array(
        z.object({
          first: name,
          second: name,
          /** In how many steps it was measured; of these the mean, the least and the most. */
          steps: z.int().min(1),
          mean: finite,
          least: finite,
          most: finite,
          /** In what share of these steps something was done about it, e.g. a projection. */
          event: z.object({ name, share: finite.min(0).max(1) }).optional(),
        }),
      )
      .min(1)
      .max(MOST_ROWS),
  })
  .refine(
    ({ unit: own, pairs }) => {
      const [from, to] = angleRanges[own];
      return pairs.every(({ mean, least, most }) => [mean, least, most].every((value) => value >= from && value <= to));
    },
    { message: 'has angles beyond 0 to 180 degrees, or cosines beyond -1 to 1', path: ['pairs'] },
  );

/** Singular values or eigenvalues, the largest of each layer. */
const spectrum = z
  .object({
    kind: z.literal('spectrum'),
    ...everyView,
    quantity: name,
    unit,
    layers: z
      .array(
        z.object({
          name,
          /** How many there are in all, and how many directions are kept of them. */
          count,
          kept: count.optional(),
          /** The largest, in falling order. */
          values: z.array(finite).max(MOST_CELLS),
        }),
      )
      .min(1)
      .max(MOST_ROWS),
  })
  .refine(({ layers: rows }) => rows.every((row) => Math.max(row.kept ?? 0, row.values.length) <= row.count), {
    message: 'has more values, or more of them kept, than there are',
    path: ['layers'],
  })
  .refine(({ layers: rows }) => rows.every(({ values }) => inOrder(values, (next, before) => next <= before)), {
    message: 'has values that are not in falling order',
    path: ['layers'],
  });

/** Parts that grew out of each other: columns, experts, subnetworks. */
const tree = z
  .object({
    kind: z.literal('tree'),
    ...everyView,
    /** What the numbers of each node are. */
    quantities: z.array(z.object({ name, unit })).max(MOST_QUANTITIES),
    /** `parent`: place of a node further up in this list, null for a root. */
    nodes: z
      .array(
        z.object({
          label: name,
          parent: count.nullable(),
          values: z.array(finite.nullable()).max(MOST_QUANTITIES),
        }),
      )
      .min(1)
      .max(MOST_NODES),
  })
  .refine(({ nodes }) => nodes.every(({ parent }, i) => parent === null || parent < i), {
    message: 'has a node whose parent does not stand before it',
    path: ['nodes'],
  })
  .refine(({ nodes, quantities }) => nodes.every(({ values }) => values.length === quantities.length), {
    message: 'needs one value of each node for each quantity',
    path: ['nodes'],
  });

/** Of a kind that this version does not know: what it is called. What it shows stays in the log. */
const unknown = z.object({
  kind: z.literal('unknown'),
  title: z.string().max(LONGEST_TITLE),
  method: everyView.method,
  /** The kind it says it is. */
  of: z.string().max(LONGEST_NAME),
});

/** Every kind that there is to write. */
export const viewKinds = { layers, memory, images, capacity, raster, distribution, angle, spectrum, tree } as const;
export type ViewKind = keyof typeof viewKinds;

const text = (value: unknown, most: number) => (typeof value === 'string' ? value.slice(0, most) : '');

/** Puts the kind `unknown` in place of one that is not among those above; what is no view at all is left as it is. */
function knownKind(view: unknown): unknown {
  const kind = ownValue(view, 'kind');
  if (typeof kind !== 'string' || Object.hasOwn(viewKinds, kind)) return view;
  const method = text(ownValue(view, 'method'), LONGEST_NAME);
  return {
    kind: 'unknown',
    of: text(kind === 'unknown' ? ownValue(view, 'of') : kind, LONGEST_NAME),
    title: text(ownValue(view, 'title'), LONGEST_TITLE),
    ...(method && { method }),
  };
}

/** One view. A kind that is not known becomes `unknown`; a known one must have its shape. */
const viewSchema = z
  .preprocess(
    knownKind,
    z.discriminatedUnion('kind', [
      layers,
      memory,
      images,
      capacity,
      raster,
      distribution,
      angle,
      spectrum,
      tree,
      unknown,
    ]),
  )
  .meta({ title: 'view' });

/** As it is read. */
export type ReadView = z.output<typeof viewSchema>;
/** As it is written. */
export type View = Exclude<ReadView, { kind: 'unknown' }>;
export type ViewOf<Kind extends ViewKind> = Extract<View, { kind: Kind }>;

/** Numbers, texts and nulls at any depth, counted up to `enough`. */
function countValues(value: unknown, enough: number): number {
  const rest = [value];
  let found = 0;
  while (rest.length > 0 && found < enough) {
    const next = rest.pop();
    if (typeof next !== 'object' || next === null) found++;
    else for (const inner of Object.values(next)) rest.push(inner);
  }
  return found;
}

/** Of all images. */
function imageBytes(views: readonly ReadView[]): number {
  const ofView = (view: ReadView) =>
    view.kind === 'images'
      ? view.height * view.width * view.channels * view.rows.reduce((sum, row) => sum + row.images.length, 0)
      : 0;
  return views.reduce((sum, view) => sum + ofView(view), 0);
}

/** All views of an event. */
export const viewsSchema = z
  .array(viewSchema)
  .max(MOST_VIEWS)
  .refine((views) => countValues(views, MOST_VALUES + 1) <= MOST_VALUES, {
    message: `hold more than ${MOST_VALUES} numbers and texts together`,
  })
  .refine((views) => imageBytes(views) <= MOST_IMAGE_BYTES, {
    message: `hold images of more than ${MOST_IMAGE_BYTES} bytes together`,
  });
