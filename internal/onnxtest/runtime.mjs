// Runs ONNX models in onnxruntime: node runtime.mjs JOBS.json, from a folder with onnxruntime-node in its node_modules.
// JOBS is a list of {model, feeds: {name: {type, dims, data}}}; a list of {name: {type, dims, data}} is printed, numbers
// that JSON has no form for as text.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ort = createRequire(process.cwd() + '/')('onnxruntime-node');
const arrays = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array };
const results = [];
for (const job of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const session = await ort.InferenceSession.create(job.model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = {};
  for (const [name, { type, dims, data }] of Object.entries(job.feeds)) {
    const values = type === 'string' ? data : arrays[type].from(data, type === 'int64' ? BigInt : Number);
    feeds[name] = new ort.Tensor(type, values, dims);
  }
  const outputs = {};
  for (const [name, t] of Object.entries(await session.run(feeds))) {
    const show = v => (typeof v === 'string' ? v : Number.isFinite(Number(v)) ? Number(v) : String(v));
    outputs[name] = { type: t.type, dims: t.dims, data: Array.from(t.data, show) };
  }
  results.push(outputs);
}
console.log(JSON.stringify(results));
