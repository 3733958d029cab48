package mime

import (
	"strconv"
	"strings"
)

// A statusCode is the status code a.b.c of a delivery report (RFC 3463).
type statusCode [3]int

// parseStatus reads a status code; what follows its digits is ignored.
func parseStatus(s string) (c statusCode, ok bool) {
	fields := strings.SplitN(s, ".", 4)
	if len(fields) < 3 {
		return c, false
	}
	for i := range c {
		digits := fields[i]
		if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			digits = digits[:end]
		}
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil {
			return c, false
		}
		c[i] = int(n)
	}
	return c, c[0] < 10
}

// code returns PidTagNonDeliveryReportStatusCode, in which each number is a
// digit ([MS-OXCMAIL] 2.2.3.7.1.3).
func (c statusCode) code() int32 {
	digit := func(n int) int {
		if n > 9 {
			return 0
		}
		return n
	}
	return int32(100*c[0] + 10*digit(c[1]) + digit(c[2]))
}

// reportCodes are PidTagNonDeliveryReportDiagCode, -1 for none, and
// PidTagNonDeliveryReportReasonCode ([MS-OXOMSG] 2.2.2).
type reportCodes struct{ diag, reason int32 }

// anyDetail is the detail that stands for all that are not listed.
const anyDetail = -1

// statusCodes are the codes by subject and detail of a status
// ([MS-OXCMAIL] 2.2.3.7.1.3).
var statusCodes = map[int]map[int]reportCodes{
	1: {1: {35, 1}, 2: {48, 0}, 3: {32, 0}, 4: {1, 0}, 6: {40, 0}, anyDetail: {0, 0}},
	2: {2: {13, 0}, 3: {13, 0}, 4: {30, 0}, anyDetail: {38, 0}},
	3: {2: {-1, 0}, 3: {18, 0}, 5: {18, 0}, 4: {13, 0}, anyDetail: {38, 0}},
	4: {0: {-1, 0}, 4: {-1, 0}, 3: {-1, 6}, 6: {3, 0}, 8: {3, 0}, 7: {5, 0}, anyDetail: {2, 0}},
	5: {3: {16, 0}, 4: {11, 0}, anyDetail: {17, 0}},
	6: {2: {9, 0}, 3: {8, 0}, 4: {25, 0}, 5: {-1, 2}, anyDetail: {15, 0}},
	7: {1: {29, 0}, 2: {28, 0}, 3: {26, 0}, anyDetail: {46, 0}},
}

// codes returns the diagnosis and the reason that a status stands for.
func (c statusCode) codes() (diag, reason int32) {
	bySubject, ok := statusCodes[c[1]]
	if !ok {
		return -1, 0
	}
	codes, ok := bySubject[c[2]]
	if !ok {
		codes = bySubject[anyDetail]
	}
	return codes.diag, codes.reason
}
