// Predicts by onnxruntime as main.go does: node ort.mjs NETWORK.onnx ROWS SECS, on one core. The package
// onnxruntime-node is looked up from the working directory.
import { createRequire } from 'node:module';
const ort = createRequire(process.cwd() + '/')('onnxruntime-node');
const [file, rows, secs] = [process.argv[2], +process.argv[3], +process.argv[4]];
const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 });
const { name, shape } = session.inputMetadata[0];
const dims = shape.map((d, i) => i === 0 ? rows : d);
const x = new ort.Tensor('float32', Float32Array.from({ length: dims.reduce((a, b) => a * b) }, Math.random), dims);
const output = session.outputNames[0];
const times = [], begin = process.hrtime.bigint(), since = t => Number(process.hrtime.bigint() - t) / 1e6;
let busy = process.cpuUsage();
while (times.length < 5 || since(begin) < 1000 * secs) {
  if (times.length === 2) busy = process.cpuUsage();
  const t = process.hrtime.bigint();
  await session.run({ [name]: x }, [output]);
  times.push(since(t));
}
busy = process.cpuUsage(busy);
const measured = times.slice(2).sort((a, b) => a - b);
console.log(JSON.stringify({
  work: file.split('/').pop().replace('.onnx', '') + '/' + rows, ms: measured[measured.length >> 1], best: measured[0],
  cpu: (busy.user + busy.system) / 1000 / measured.length,
}));
