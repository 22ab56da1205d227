// Writes Parquet files with the Rust library of Apache Arrow, by way of parquet-wasm.
//
//	npm install && node arrow.mjs ..
import * as arrow from 'apache-arrow';
import * as wasm from 'parquet-wasm/node';
import { writeFileSync } from 'node:fs';
const out = process.argv[2], n = 40;
const list = (f) => Array.from({ length: n }, (_, i) => f(i));
const half = list((i) => (i % 5 == 4 ? null : i / 8));
const t = new arrow.Table({
  half: arrow.vectorFromArray(half, new arrow.Float16()),
  words: arrow.vectorFromArray(list((i) => 'w' + (i % 3)), new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
  seconds: arrow.vectorFromArray(list((i) => i * 86401000), new arrow.TimestampSecond('Europe/Berlin')),
  micros: arrow.vectorFromArray(list((i) => i * 1001), new arrow.TimestampMicrosecond()),
  day: arrow.vectorFromArray(list((i) => new Date(i * 86400000)), new arrow.DateDay()),
  clock: arrow.vectorFromArray(list((i) => i * 1000), new arrow.TimeSecond()),
  flag: arrow.vectorFromArray(list((i) => (i % 7 == 0 ? null : i % 2 == 0)), new arrow.Bool()),
  nothing: arrow.vectorFromArray(list(() => null), new arrow.Null()),
  count: arrow.vectorFromArray(list((i) => i), new arrow.Uint16()),
  pair: arrow.vectorFromArray(list((i) => (i % 6 == 0 ? null : { a: i, b: i % 4 == 0 ? null : 'b' + i })), new arrow.Struct([new arrow.Field('a', new arrow.Int32(), true), new arrow.Field('b', new arrow.Utf8(), true)])),
  many: arrow.vectorFromArray(list((i) => [i]), new arrow.List(new arrow.Field('item', new arrow.Int32(), true))),
});
const table = () => wasm.Table.fromIPCStream(arrow.tableToIPC(t, 'stream'));
const write = (name, b) => writeFileSync(`${out}/${name}.parquet`, wasm.writeParquet(table(), b.build()));
write('arrow', new wasm.WriterPropertiesBuilder().setWriterVersion(wasm.WriterVersion.V1).setCompression(wasm.Compression.LZ4_RAW).setMaxRowGroupSize(16));
write('arrow2', new wasm.WriterPropertiesBuilder().setWriterVersion(wasm.WriterVersion.V2).setDictionaryEnabled(false).setCompression(wasm.Compression.BROTLI));
const moment = (ms) => new Date(ms).toISOString().replace('T', ' ').replace(/\.?0*Z$/, '');
const rows = list((i) => [half[i] ?? '', 'w' + (i % 3), i * 86401, moment(i * 1001), moment(i * 86400000).slice(0, 10), i * 1000, i % 7 == 0 ? '' : i % 2 == 0, '', i, i % 6 == 0 ? '' : i, i % 6 == 0 || i % 4 == 0 ? '' : 'b' + i]);
writeFileSync(`${out}/arrow.csv`, 'half,words,seconds,micros,day,clock,flag,nothing,count,pair.a,pair.b\n' + rows.map((r) => r.join(',') + '\n').join(''));
