package diff

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func refs(names []mapi.Name, tags ...mapi.Tag) map[ref]bool {
	m := make(map[ref]bool, len(names)+len(tags))
	for _, t := range tags {
		m[ref{id: t.ID()}] = true
	}
	for _, n := range names {
		m[refOf(&mapi.Prop{Name: n})] = true
	}
	return m
}

// The properties that are compared as facts, people, bodies or attachments.
var (
	told = refs([]mapi.Name{propname.LidFlagRequest, propname.NameKeywords},
		proptag.MessageClass, proptag.SentRepresentingName, proptag.SentRepresentingAddressType, proptag.SentRepresentingEmailAddress, proptag.SentRepresentingSmtpAddress, proptag.SentRepresentingEntryId, proptag.SentRepresentingSearchKey, proptag.SenderName, proptag.SenderAddressType, proptag.SenderEmailAddress, proptag.SenderSmtpAddress, proptag.SenderEntryId, proptag.SenderSearchKey, proptag.Subject, proptag.SubjectPrefix, proptag.NormalizedSubject, proptag.ClientSubmitTime, proptag.MessageDeliveryTime, proptag.InternetMessageId, proptag.InReplyToId, proptag.InternetReferences, proptag.ConversationTopic, proptag.Importance, proptag.Priority, proptag.Sensitivity, proptag.MessageFlags, proptag.ReadReceiptRequested, proptag.OriginatorDeliveryReportRequested, proptag.ExpiryTime, proptag.ReplyTime, proptag.ReplyRecipientEntries, proptag.ReplyRecipientNames, proptag.Body, proptag.Html, proptag.BodyHtml)
	toldOfRecipients = refs(nil,
		proptag.RecipientType, proptag.DisplayName, proptag.AddressType, proptag.EmailAddress, proptag.SmtpAddress, proptag.EntryId, proptag.SearchKey)
	toldOfAttachments = refs(nil,
		proptag.AttachLongFilename, proptag.AttachFilename, proptag.AttachMimeTag, proptag.AttachContentId, proptag.AttachDataBinary, proptag.AttachDataObject, proptag.AttachLongPathname, proptag.AttachPathname)
)

// computed are the properties that follow from others or from how the message
// is stored ([MS-OXCMSG] 2.2.1, 2.2.2, [MS-OXCPRPT] 2.2.1).
var computed = refs(nil,
	proptag.DisplayTo, proptag.DisplayCc, proptag.DisplayBcc, proptag.HasAttachments, proptag.MessageSize, proptag.StoreSupportMask, proptag.ObjectType, proptag.Access, proptag.AccessLevel, proptag.Rowid, proptag.RecordKey, proptag.InstanceKey, proptag.AttachNumber, proptag.AttachSize, proptag.RecipientOrder, proptag.RecipientEntryId, proptag.RecipientDisplayName, proptag.TransmittableDisplayName, proptag.AttachEncoding, proptag.AttachExtension, proptag.AttachRendering)

// mailProps are the properties of a message that Internet messages have a place
// for, beside those that are told, with the header field in lower case
// ([MS-OXCMAIL] 2.1.3.2). The fields that have no property of their own are
// carried by those of PS_INTERNET_HEADERS.
var mailProps = map[ref]string{
	tagged(proptag.ConversationIndex):                "thread-index",
	tagged(proptag.ListHelp):                         "list-help",
	tagged(proptag.ListSubscribe):                    "list-subscribe",
	tagged(proptag.ListUnsubscribe):                  "list-unsubscribe",
	tagged(proptag.MessageLocaleId):                  "content-language",
	tagged(proptag.AutoResponseSuppress):             "x-auto-response-suppress",
	tagged(proptag.AutoForwarded):                    "x-ms-exchange-organization-autoforwarded",
	tagged(proptag.SenderIdStatus):                   "x-ms-exchange-organization-senderidresult",
	tagged(proptag.PurportedSenderDomain):            "x-ms-exchange-organization-prd",
	tagged(proptag.ContentFilterSpamConfidenceLevel): "x-ms-exchange-organization-scl",
	tagged(proptag.SenderTelephoneNumber):            "x-callingtelephonenumber",
	tagged(proptag.VoiceMessageDuration):             "x-voicemessageduration",
	tagged(proptag.VoiceMessageSenderName):           "x-voicemessagesendername",
	tagged(proptag.FaxNumberOfPages):                 "x-faxnumberofpages",
	tagged(proptag.VoiceMessageAttachmentOrder):      "x-attachmentorder",
	tagged(proptag.CallId):                           "x-callid",
	called(propname.NameAcceptLanguage):              "accept-language",
	called(propname.NameContentClass):                "content-class",
	called(propname.LidClassified):                   "x-microsoft-classified",
	called(propname.LidClassificationKeep):           "x-microsoft-classkeep",
	called(propname.LidClassification):               "x-microsoft-classification",
	called(propname.LidClassificationDescription):    "x-microsoft-classdesc",
	called(propname.LidClassificationGuid):           "x-microsoft-classid",
	called(propname.NameCrossReference):              "xref",
}

func tagged(t mapi.Tag) ref  { return ref{id: t.ID()} }
func called(n mapi.Name) ref { return refOf(&mapi.Prop{Name: n}) }
