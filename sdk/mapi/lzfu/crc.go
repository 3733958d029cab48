package lzfu

import "hash/crc32"

// crcTable is the table of the reflected polynomial 0xEDB88320
// [MS-OXRTFCP] 2.1.3.2, which is the IEEE one.
var crcTable = crc32.MakeTable(crc32.IEEE)

// checksum returns the CRC of b as [MS-OXRTFCP] 2.1.3.2 defines it: initial
// value zero and no final inversion, so the inversions that hash/crc32 makes
// are undone.
func checksum(b []byte) uint32 {
	return ^crc32.Update(^uint32(0), crcTable, b)
}
