// Writes src/engine/graph/operations.json: the signatures of the TensorFlow operations that compiled steps may use, as the
// installed native library tells them. Those are what the kernels of tfjs-node name, and what the compiler adds.
//   node scripts/make-operations.mjs <folder of the engine>     ("lethe engine status" names it; needs python3)
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [engine] = process.argv.slice(2);
if (engine === undefined) throw new Error('usage: node scripts/make-operations.mjs <folder of the engine>');
const tfjsNode = path.join(engine, 'node_modules', '@tensorflow', 'tfjs-node');
const load = createRequire(path.join(tfjsNode, 'package.json'));

/** TF_GetAllOpList returns a buffer { data, length, … } with a serialised OpList. */
const dump = `
import ctypes, sys
class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("deallocator", ctypes.c_void_p)]
ctypes.CDLL(sys.argv[1] + "/libtensorflow_framework.so.2", mode=ctypes.RTLD_GLOBAL)
library = ctypes.CDLL(sys.argv[1] + "/libtensorflow_cc.so.2", mode=ctypes.RTLD_GLOBAL)
library.TF_GetAllOpList.restype = ctypes.POINTER(Buffer)
found = library.TF_GetAllOpList().contents
sys.stdout.buffer.write(ctypes.string_at(found.data, found.length))
`;
const serialised = execFileSync('python3', ['-c', dump, path.join(tfjsNode, 'deps', 'lib')], { maxBuffer: 1 << 26 });

const kernels = path.join(tfjsNode, 'dist', 'kernels');
const sources = [
  ...readdirSync(kernels)
    .filter((file) => file.endsWith('.js'))
    .map((file) => path.join(kernels, file)),
  path.join(tfjsNode, 'dist', 'nodejs_kernel_backend.js'),
].map((file) => readFileSync(file, 'utf8'));
// Kernels name operations by the constants of the core or as strings: any word of theirs may be one.
const words = new Set(sources.flatMap((source) => source.match(/\w+/g)));
for (const value of Object.values(load('@tensorflow/tfjs-core'))) if (typeof value === 'string') words.add(value);
const added = `Placeholder Const Identity VarHandleOp ReadVariableOp AssignVariableOp StatelessWhile While GatherV2 AddV2 Less
  MatMul ReluGrad BiasAdd SoftmaxCrossEntropyWithLogits FusedBatchNormV3 FusedBatchNormGradV3 ResourceScatterUpdate
  ResourceApplyGradientDescent ResourceApplyMomentum ResourceApplyAdam Switch Merge`;
for (const name of added.split(/\s+/)) words.add(name);

const argument = (arg) => ({
  name: arg.getName(),
  ...(arg.getTypeListAttr() ? { types: arg.getTypeListAttr() } : { type: arg.getTypeAttr() || arg.getType() }),
  ...(arg.getNumberAttr() && { count: arg.getNumberAttr() }),
});
const { OpList } = load('./dist/proto/api_pb.js');
const signatures = OpList.deserializeBinary(new Uint8Array(serialised))
  .getOpList()
  .filter((op) => words.has(op.getName()))
  .map((op) => [
    op.getName(),
    {
      inputs: op.getInputArgList().map(argument),
      outputs: op.getOutputArgList().map(argument),
      attributes: Object.fromEntries(op.getAttrList().map((attr) => [attr.getName(), attr.getType()])),
      ...(op.getIsStateful() && { stateful: true }),
    },
  ])
  .sort(([a], [b]) => (a < b ? -1 : 1));
const target = fileURLToPath(new URL('../src/engine/graph/operations.json', import.meta.url));
const lines = signatures.map(([name, signature]) => `  ${JSON.stringify(name)}: ${JSON.stringify(signature)}`);
writeFileSync(target, `{\n${lines.join(',\n')}\n}\n`);
console.log(`${signatures.length} operations`);
