package cfb

import (
	"fmt"
	"testing"
)

func BenchmarkOpen(b *testing.B) {
	in := tree{}
	for i := range 60 {
		in[fmt.Sprintf("__substg1.0_%08X", i)] = pattern(uint64(i), i*i*4)
	}
	for i := range 4 {
		in[fmt.Sprintf("__recip_version1.0_#%08X", i)] = tree{"__properties_version1.0": pattern(1, 200)}
	}
	file := build(b, 3, in)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		open(b, file, Options{})
	}
}

func BenchmarkWrite(b *testing.B) {
	piece := make([]byte, 64<<10)
	for _, version := range []int{3, 4} {
		b.Run(fmt.Sprint("version ", version), func(b *testing.B) {
			b.SetBytes(64 << 20)
			b.ReportAllocs()
			for b.Loop() {
				writeZeros(b, &discard{}, version, piece, 1024)
			}
		})
	}
}
