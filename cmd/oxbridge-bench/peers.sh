#!/bin/sh
# Installs programs that read .msg files into a folder, from their registries,
# for oxbridge-bench -peers DIR. What cannot be installed is left out.
set -u
dir=${1:?usage: peers.sh DIR}
mkdir -p "$dir"

if command -v npm >/dev/null && (cd "$dir" && npm install --silent --no-audit --no-fund --ignore-scripts @kenjiuno/msgreader@1.28.0); then
	cat >"$dir/msgreader.js" <<'EOF'
// Parses every file in a folder and reads all attachments; writes nothing.
const fs = require("fs"), path = require("path")
const MsgReader = require("@kenjiuno/msgreader").default
let failed = 0
function walk(dir) {
	for (const e of fs.readdirSync(dir, { withFileTypes: true })) {
		const p = path.join(dir, e.name)
		if (e.isDirectory()) { walk(p); continue }
		try {
			const b = fs.readFileSync(p)
			const m = new MsgReader(b.buffer.slice(b.byteOffset, b.byteOffset + b.length))
			for (const a of m.getFileData().attachments || []) m.getAttachment(a)
		} catch { failed++ }
	}
}
walk(process.argv[2])
console.error(failed + " files not read")
EOF
fi

if command -v python3 >/dev/null && python3 -m venv "$dir/venv" && "$dir/venv/bin/pip" install -q --disable-pip-version-check extract-msg==0.54.1; then
	cat >"$dir/extract.py" <<'EOF'
# Makes an .eml of the first files in a folder, in memory.
import os, sys
import extract_msg
failed, left = 0, int(sys.argv[2])
for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names)[:left]:
        left -= 1
        try:
            with extract_msg.openMsg(os.path.join(folder, name)) as m:
                m.asEmailMessage().as_bytes()
        except Exception:
            failed += 1
print(failed, "files not read", file=sys.stderr)
EOF
fi
ls "$dir"
