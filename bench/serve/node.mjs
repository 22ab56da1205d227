// Serves an ONNX model by onnxruntime-node behind node's http:
//
//   node node.mjs MODEL.onnx PORT
//
// POST takes a row: an object with a value, or a list of them, for each input by its name, as
// "descent export" writes models that take columns. The answer is the model's outputs.
import http from "node:http";
import * as ort from "onnxruntime-node";

const [path, port] = process.argv.slice(2);
const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const arrays = { float32: Float32Array, float64: Float64Array, string: Array };

http.createServer((request, response) => {
  const parts = [];
  request.on("data", part => parts.push(part));
  request.on("end", async () => {
    try {
      const row = JSON.parse(Buffer.concat(parts));
      const inputs = {};
      for (const { name, type } of session.inputMetadata) {
        const values = [row[name]].flat();
        inputs[name] = new ort.Tensor(type, arrays[type].from(values), [1, values.length]);
      }
      const outputs = await session.run(inputs);
      const answer = {};
      for (const [key, tensor] of Object.entries(outputs)) answer[key] = Array.from(tensor.data);
      const body = JSON.stringify(answer);
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
      response.end(body);
    } catch (error) {
      response.writeHead(400);
      response.end(String(error));
    }
  });
}).listen(+port, "127.0.0.1", () => console.log("listening"));
