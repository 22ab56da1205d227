// Writes Parquet files with DuckDB, and beside each what it holds as DuckDB reads it.
import { DuckDBInstance } from '@duckdb/node-api';
const out = process.argv[2];
const db = await DuckDBInstance.create(':memory:');
const c = await db.connect();
const run = (q) => c.run(q);
await run(`create table t as select
  i::tinyint - 60 as i8, (i*i % 256)::utinyint as u8, (i*301 % 65536 - 32768)::smallint as i16, (i*601 % 65536)::usmallint as u16,
  (i::bigint*123456789 % 4294967296 - 2147483648)::integer as i32, (i::bigint*123456789 % 4294967296)::uinteger as u32,
  i::bigint*i*1000000007 as i64, (i::hugeint*153722867280912930 )::ubigint as u64,
  (i/7.0)::float as f32, (i/7.0)::double as f64, i % 3 = 0 as yes,
  (i*1.25)::decimal(4,1) as d4, (i*12.345)::decimal(9,3) as d9, (-i*1234567.891)::decimal(18,4) as d18, (i*123456789012.123456)::decimal(38,6) as d38,
  date '1969-12-20' + i::integer as day, (timestamp '1969-12-31 23:59:50' + to_milliseconds(i*1001))::timestamp_ms as ms,
  timestamp '2024-02-28 12:00:00.123456' + to_hours(i) as us, (timestamp '2024-02-28 12:00:00' + to_hours(i))::timestamp_ns as ns,
  (timestamp '2024-02-28 12:00:00' + to_hours(i))::timestamptz as utc, time '00:00:00.5' + to_minutes(i*10) as clock,
  ['red','green','blue'][1 + i%3] as word, 'text number ' || i as long,
  (['a','b']::varchar[])[1+i%2]::enum('a','b') as level, ('00000000-0000-4000-8000-' || lpad(i::varchar, 12, '0'))::uuid as id,
  case when i % 4 = 0 then null else i end as holes, case when i % 5 = 0 then null else 'w' || (i%4) end as gaps, null::integer as none,
  ('{"a": ' || i || '}')::json as js, encode('b' || i) as raw,
  {'x': i, 'y': case when i%2=0 then null else {'z': i*2} end} as s, [i, i+1] as list, map {'k': i} as m, interval (i) hour as iv
  from range(120) r(i)`);
await run(`set timezone='UTC'`);
await run(`copy t to '${out}/types.parquet' (format parquet, compression snappy)`);
await run(`copy t to '${out}/types2.parquet' (format parquet, compression zstd, parquet_version v2)`);
for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'])
  await run(`copy (select i64, f64, holes, word, long from t) to '${out}/${codec}.parquet' (format parquet, compression ${codec})`);
await run(`copy (select i8,u8,i16,u16,i32,u32,i64,u64,f32,f64,yes,d4,d9,d18,d38,day,ms,us,ns,utc::timestamp as utc,clock,word,long,level,id,holes,gaps,none,js,decode(raw) as raw,s.x as "s.x",s.y.z as "s.y.z" from t) to '${out}/types.csv' (format csv, header)`);
await run(`PRAGMA add_parquet_key('k', '0123456789112345')`);
await run(`set force_mbedtls_unsafe = 'true'`);
await run(`copy (select i8, word from t) to '${out}/encrypted.parquet' (format parquet, encryption_config {footer_key: 'k'})`);
