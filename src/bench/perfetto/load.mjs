// Loads a trace with Perfetto's trace processor: node load.mjs FOLDER-OF-THE-ENGINE TRACE; see load.sh.
import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import vm from 'node:vm';

const [folder, file] = process.argv.slice(2);
const content = readFileSync(file);
const written = JSON.parse(content).traceEvents.filter(event => event.ph === 'X').length;

// The bundle is made for a worker of a browser's page: memory of 32 bits, its code given as bytes, and the
// bridge to it within reach.
const set = (name, value) => Object.defineProperty(globalThis, name, {value, writable: true, configurable: true});
set('self', globalThis);
set('WorkerGlobalScope', function () {});
set('location', {href: pathToFileURL(folder).href + '/'});
set('wasmCode', new Uint8Array(readFileSync(folder + '/trace_processor.wasm')));
let bundle = readFileSync(folder + '/engine_bundle.node.js', 'utf8');
for (const [from, to] of [
  ['this.useMemory64 = hasMemory64Support();', 'this.useMemory64 = false;'],
  ['locateFile: (s) => s,', 'locateFile: (s) => s, wasmBinary: globalThis.wasmCode,'],
  ['const wasmBridge = new wasm_bridge_1.WasmBridge();',
    'const wasmBridge = new wasm_bridge_1.WasmBridge(); globalThis.bridge = wasmBridge;'],
]) {
  if (!bundle.includes(from)) throw new Error('another version of the bundle: no ' + from);
  bundle = bundle.replace(from, to);
}
console.warn = () => {}; // fields that are newer than the bundle's other half
vm.runInThisContext(bundle, {filename: 'engine_bundle.js'});
const channel = new MessageChannel();
globalThis.bridge.initialize(channel.port1);

const {EngineBase} = await import(pathToFileURL(folder + '/engine.mjs').href);
class Engine extends EngineBase {
  mode = 'WASM';
  id = 'trace';
  constructor(port) {
    super();
    this.port = port;
    port.onmessage = message => {
      if (message.data instanceof Uint8Array) this.onRpcResponseBytes(message.data);
    };
  }
  rpcSendRequestBytes(bytes) {
    this.port.postMessage(bytes);
  }
}
const engine = new Engine(channel.port2);
await new Promise(resolve => setTimeout(resolve, 3000)); // it says nothing when it is ready
await engine.parse(new Uint8Array(content));
await engine.notifyEof();

async function rows(sql) {
  const result = await engine.query(sql);
  if (result.error()) throw new Error(result.error());
  const columns = result.columns();
  const all = [];
  for (const it = result.iter({}); it.valid(); it.next()) all.push(columns.map(column => it.get(column)));
  return all;
}
const one = async sql => Number((await rows(sql))[0][0]);

console.log('| process | thread | spans |\n| --- | --- | ---: |');
for (const row of await rows(
  `select p.name, t.name, count(s.id) from slice s join thread_track k on s.track_id = k.id
   join thread t using (utid) left join process p using (upid) group by t.utid order by p.pid, t.tid`)) {
  console.log('| ' + row.join(' | ') + ' |');
}
const errors = await rows(
  "select name, value from stats where value > 0 and severity in ('error', 'data_loss')");
const loaded = await one('select count(*) from slice');
const nameless = await one(
  `select count(*) from slice s left join thread_track k on s.track_id = k.id
   left join thread t using (utid) where t.name is null`);
console.log(`\n${loaded} of ${written} spans, ${nameless} without a thread's name, errors: ` +
  (errors.map(row => row.join(' ')).join(', ') || 'none'));
process.exit(errors.length === 0 && loaded === written && nameless === 0 && loaded > 0 ? 0 : 1);
