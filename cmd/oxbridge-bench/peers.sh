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
# Makes an .eml of every file in a folder, in memory.
import os, sys
import extract_msg
failed = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        try:
            with extract_msg.openMsg(os.path.join(folder, name)) as m:
                m.asEmailMessage().as_bytes()
        except Exception:
            failed += 1
print(failed, "files not read", file=sys.stderr)
EOF
fi

if perl -MEmail::Outlook::Message -e 1 2>/dev/null; then
	cat >"$dir/msgconvert.pl" <<'EOF'
# What msgconvert does for every file in a folder, without ending at the first
# one that it cannot read.
use Email::Outlook::Message;
use File::Find;
my ($in, $out) = @ARGV;
my ($failed, @files) = (0);
mkdir $out;
find({ no_chdir => 1, wanted => sub { push @files, $_ if -f } }, $in);
foreach my $file (sort @files) {
	my $text = eval { Email::Outlook::Message->new($file)->to_email_mime->as_string };
	if (!defined $text) { $failed++; next }
	(my $name = $file) =~ s{.*/}{};
	open my $f, ">", "$out/$name.eml" or die "$name: $!";
	print $f $text;
	close $f;
}
print STDERR "$failed files not read\n";
EOF
fi

if command -v mvn >/dev/null && command -v java >/dev/null; then
	cat >"$dir/pom.xml" <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>bench</artifactId><version>1</version>
	<dependencies><dependency><groupId>org.apache.poi</groupId><artifactId>poi-scratchpad</artifactId><version>5.4.1</version></dependency></dependencies>
</project>
EOF
	cat >"$dir/Poi.java" <<'EOF'
import java.nio.file.*;
import org.apache.poi.hsmf.MAPIMessage;
import org.apache.poi.hsmf.datatypes.AttachmentChunks;

/** Parses every file in a folder and touches all attachments; writes nothing. */
public class Poi {
	public static void main(String[] args) throws Exception {
		int failed = 0;
		try (var files = Files.walk(Path.of(args[0]))) {
			for (Path p : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
				try (MAPIMessage m = new MAPIMessage(Files.newInputStream(p))) {
					m.setReturnNullOnMissingChunk(true);
					m.getSubject();
					m.getTextBody();
					for (AttachmentChunks a : m.getAttachmentFiles()) a.getEmbeddedAttachmentObject();
				} catch (Exception e) {
					failed++;
				}
			}
		}
		System.err.println(failed + " files not read");
	}
}
EOF
	(cd "$dir" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib && javac -cp 'lib/*' Poi.java)
fi
ls "$dir"
