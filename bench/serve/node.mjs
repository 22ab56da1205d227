// Serves an ONNX model with one float input [rows, n] by onnxruntime-node behind node's http:
//
//   node node.mjs MODEL.onnx PORT
//
// POST takes {"x": [...]}, an encoded row; the answer is the model's outputs.
import http from "node:http";
import * as ort from "onnxruntime-node";

const [path, port] = process.argv.slice(2);
const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const name = session.inputNames[0];

http.createServer((request, response) => {
  const parts = [];
  request.on("data", part => parts.push(part));
  request.on("end", async () => {
    try {
      const { x } = JSON.parse(Buffer.concat(parts));
      const outputs = await session.run({ [name]: new ort.Tensor("float32", Float32Array.from(x), [1, x.length]) });
      const answer = {};
      for (const [key, tensor] of Object.entries(outputs)) answer[key] = Array.from(tensor.data, Number);
      const body = JSON.stringify(answer);
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
      response.end(body);
    } catch (error) {
      response.writeHead(400);
      response.end(String(error));
    }
  });
}).listen(+port, "127.0.0.1", () => console.log("listening"));
