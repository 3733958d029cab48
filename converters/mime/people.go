package mime

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A person is a group of properties that together name somebody
// ([MS-OXCMAIL] 2.6).
type person struct {
	entryID, addrType, email, name, smtp, searchKey mapi.Tag
}

var (
	senderTags = person{proptag.SenderEntryId, proptag.SenderAddressType, proptag.SenderEmailAddress,
		proptag.SenderName, proptag.SenderSmtpAddress, proptag.SenderSearchKey}
	representingTags = person{proptag.SentRepresentingEntryId, proptag.SentRepresentingAddressType, proptag.SentRepresentingEmailAddress,
		proptag.SentRepresentingName, proptag.SentRepresentingSmtpAddress, proptag.SentRepresentingSearchKey}
	receiptTags = person{proptag.ReadReceiptEntryId, proptag.ReadReceiptAddressType, proptag.ReadReceiptEmailAddress,
		proptag.ReadReceiptName, proptag.ReadReceiptSmtpAddress, proptag.ReadReceiptSearchKey}
	receivedTags = person{proptag.ReceivedByEntryId, proptag.ReceivedByAddressType, proptag.ReceivedByEmailAddress,
		proptag.ReceivedByName, proptag.ReceivedBySmtpAddress, proptag.ReceivedBySearchKey}
	receivedForTags = person{proptag.ReceivedRepresentingEntryId, proptag.ReceivedRepresentingAddressType, proptag.ReceivedRepresentingEmailAddress,
		proptag.ReceivedRepresentingName, proptag.ReceivedRepresentingSmtpAddress, proptag.ReceivedRepresentingSearchKey}
	recipientTags = person{proptag.EntryId, proptag.AddressType, proptag.EmailAddress,
		proptag.DisplayName, proptag.SmtpAddress, proptag.SearchKey}
)
