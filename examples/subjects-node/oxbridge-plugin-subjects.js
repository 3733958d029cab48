#!/usr/bin/env node
// A whole plugin without an SDK, made from sdk/proto/README.md alone: it writes the
// subject of a message, and what is attached.
//
//     npm install
//     oxbridge convert --plugin ./oxbridge-plugin-subjects.js --to subject --out out mail/
"use strict";

const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const KIND_ATTACHMENT = 3, EXPORT = 1;
const OK = 1, BAD_INPUT = 2, UNSUPPORTED = 3, CANCELLED = 4, INTERNAL = 5;
const CHUNK = 256 << 10; // the most that a Read may ask for
const SUBJECT = 0x0037, FILE_NAME = 0x3707; // ids of PidTagSubject, PidTagAttachLongFilename

const description = {
  name: "subjects", version: "1.0.0", max_lanes: 2, pipeline: 4,
  formats: [{ name: "subject", media_type: "text/plain", extensions: [".txt"], exports: true }],
};

// exportMessage is what an author would write.
async function exportMessage(job) {
  const subject = await job.text(job.objects.get(1), SUBJECT);
  if (subject === null) job.send({ problem: { code: "subjects.missing", severity: 1, detail: "the message has no subject" } });
  let file = `Subject: ${subject ?? ""}\n`;
  for (const o of job.objects.values()) {
    if (o.kind === KIND_ATTACHMENT && o.parent === 1) file += `Attached: ${await job.text(o, FILE_NAME) ?? ""}\n`;
  }
  job.write(Buffer.from(file));
}

// A Job is one message that is converted.
class Job {
  constructor(lane, id, begin) {
    Object.assign(this, { lane, id, begin, objects: new Map(), stopped: null });
  }

  // add takes objects; one that comes again has more properties.
  add({ objects = [], more = false }) {
    for (const o of objects) {
      const known = this.objects.get(o.id) ?? { kind: o.kind, parent: o.parent, props: new Map() };
      for (const p of o.props ?? []) if (!p.name) known.props.set(p.tag >>> 16, p);
      this.objects.set(o.id, known);
    }
    if (!more) this.run();
  }

  async run() {
    let done = { result: OK };
    try {
      if (this.begin.direction !== EXPORT || this.begin.format !== "subject") throw Object.assign(new Error("not offered"), { result: UNSUPPORTED });
      await exportMessage(this);
      this.send({ data: { id: 0, last: true } });
    } catch (e) {
      done = { result: e.result ?? INTERNAL, error: String(e.result ? e.message : e.stack).slice(0, 1000) };
    }
    if (this.stopped) done = { result: CANCELLED, error: this.stopped };
    this.lane.jobs.delete(this.id);
    this.send({ done });
  }

  stop(reason) {
    this.stopped = reason;
    for (const [id, r] of this.lane.reads) if (r.job === this) { this.lane.reads.delete(id); r.reject(new Error(reason)); }
  }

  send(kind) { this.lane.call.write({ job: this.id, ...kind }); }

  write(bytes) {
    for (let at = 0; at < bytes.length; at += CHUNK) this.send({ data: { id: 0, payload: bytes.subarray(at, at + CHUNK) } });
  }

  // text returns a string property, null if there is none. A long one is with the host.
  async text(object, id) {
    const p = object.props.get(id);
    if (!p?.blob) return p?.text ?? null;
    const pieces = [];
    for (let offset = 0, last = false; !last;) {
      const data = await this.read({ blob: p.blob.id, offset, length: CHUNK });
      if (data.payload) { pieces.push(data.payload); offset += data.payload.length; }
      last = data.last;
    }
    return Buffer.concat(pieces).toString("utf8");
  }

  read(request) {
    return new Promise((resolve, reject) => {
      const id = this.lane.next = this.lane.next % 0x7fffffff + 1;
      this.lane.reads.set(id, { job: this, resolve, reject });
      this.send({ read: { id, ...request } });
    });
  }
}

// lane serves one stream of jobs. What it does not know, it ignores.
function lane(call) {
  const l = { call, jobs: new Map(), reads: new Map(), next: 0 };
  call.on("end", () => call.end());
  call.on("error", () => {});
  call.on("data", (f) => {
    if (f.begin) l.jobs.set(f.job, new Job(l, f.job, f.begin));
    const job = l.jobs.get(f.job);
    const answered = f.data ?? (f.refused?.id ? f.refused : null);
    const read = answered && l.reads.get(answered.id);
    if (read && l.reads.delete(answered.id)) {
      if (f.data) read.resolve(f.data);
      else read.reject(Object.assign(new Error(f.refused.reason), { result: BAD_INPUT }));
    } else if (job && (f.begin || f.snapshot)) job.add(f.begin ?? f.snapshot);
    else if (job && (f.cancel || f.refused)) job.stop((f.cancel ?? f.refused).reason || "stopped");
  });
}

if (process.env.OXBRIDGE_PLUGIN !== "9b1dd3a4-message-session") {
  console.error("subjects is a plugin for oxbridge, which starts it when it is needed.");
  process.exit(1);
}
process.stdin.on("close", () => process.exit(0)).resume(); // the lifeline
const proto = process.env.OXBRIDGE_PROTO ?? path.join(__dirname, "../../sdk/proto/oxbridge/plugin/v1/plugin.proto");
const { oxbridge } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true, longs: Number, enums: Number }));
const server = new grpc.Server({ "grpc.max_receive_message_length": 4 << 20, "grpc.max_send_message_length": 4 << 20 });
server.addService(oxbridge.plugin.v1.Converter.service, { Describe: (_call, reply) => reply(null, description), Lane: lane });
const raw = (b) => b;
server.addService(
  { Shutdown: { path: "/plugin.GRPCController/Shutdown", requestStream: false, responseStream: false,
    requestSerialize: raw, requestDeserialize: raw, responseSerialize: raw, responseDeserialize: raw } },
  { Shutdown: (_call, reply) => { reply(null, Buffer.alloc(0)); server.tryShutdown(() => process.exit(0)); } });
const socket = path.join(process.env.PLUGIN_UNIX_SOCKET_DIR, "p");
server.bindAsync("unix:" + socket, grpc.ServerCredentials.createInsecure(), (err) => {
  if (err) { console.error(String(err)); process.exit(1); }
  process.stdout.write(`1|1|unix|${socket}|grpc\n`);
});
