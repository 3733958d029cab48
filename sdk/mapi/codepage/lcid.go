package codepage

// primaryPages maps a primary language, the low ten bits of an LCID, to its
// ANSI code page ([MS-LCID] 2.2).
var primaryPages = map[uint32]int{
	0x01: 1256, 0x02: 1251, 0x04: 936, 0x05: 1250, 0x08: 1253, 0x0D: 1255, 0x0E: 1250,
	0x11: 932, 0x12: 949, 0x15: 1250, 0x18: 1250, 0x19: 1251, 0x1A: 1250, 0x1B: 1250,
	0x1C: 1250, 0x1E: 874, 0x1F: 1254, 0x20: 1256, 0x22: 1251, 0x23: 1251, 0x24: 1250,
	0x25: 1257, 0x26: 1257, 0x27: 1257, 0x29: 1256, 0x2A: 1258, 0x2C: 1254, 0x2F: 1251,
	0x3F: 1251, 0x40: 1251, 0x44: 1251, 0x50: 1251,
}

// exactPages are the LCIDs whose page differs from their primary language's.
var exactPages = map[uint32]int{
	0x0404: 950, 0x0C04: 950, 0x1404: 950, // Taiwan, Hong Kong, Macao
	0x0C1A: 1251, 0x1C1A: 1251, 0x201A: 1251, 0x281A: 1251, 0x301A: 1251, // Cyrillic script
	0x082C: 1251, 0x0843: 1251,
	0x0443: 1254, // Uzbek, Latin script
}

// FromLCID returns the ANSI code page of a locale such as the value of
// PidTagMessageLocaleId, 1252 when the locale has no other. Sort order bits
// above the low 16 are ignored.
func FromLCID(lcid uint32) int {
	lcid &= 0xFFFF
	if cp, ok := exactPages[lcid]; ok {
		return cp
	}
	if cp, ok := primaryPages[lcid&0x3FF]; ok {
		return cp
	}
	return Windows
}
