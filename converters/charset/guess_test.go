package charset

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

func TestGuess(t *testing.T) {
	t.Parallel()
	const (
		japanese = "お世話になっております。先日の件ですが、明日の会議で確認させてください。よろしくお願いいたします。"
		korean   = "안녕하세요. 회의 일정을 다시 확인해 주시기 바랍니다. 첨부 파일을 참고하세요. 감사합니다."
		chinese  = "您好，附件是我们上次会议的记录，请您查收。如果有任何问题，请与我联系。谢谢大家的支持与合作。"
		taiwan   = "您好，附件是我們上次會議的記錄，請您查收。如果有任何問題，請與我聯絡。謝謝大家的支持與合作。"
		russian  = "Здравствуйте! Посылаю вам протокол нашей последней встречи. Если есть вопросы, напишите мне."
		greek    = "Καλημέρα σας, σας στέλνω τα πρακτικά της τελευταίας συνάντησης. Αν έχετε ερωτήσεις, γράψτε μου."
		hebrew   = "שלום רב, מצורף פרוטוקול הפגישה האחרונה שלנו. אם יש לכם שאלות, אנא כתבו לי."
		arabic   = "مرحبا، أرسل لكم محضر الاجتماع الأخير. إذا كانت لديكم أي أسئلة فاكتبوا لي من فضلكم."
		thai     = "สวัสดีครับ ผมส่งรายงานการประชุมครั้งที่แล้วมาให้ ถ้ามีคำถามกรุณาเขียนถึงผม"
		german   = "Schöne Grüße aus München, über die Größe müssen wir noch reden. Fröhliche Übergänge wünschen Käthe und Jörg."
		french   = "Veuillez trouver ci-joint le procès-verbal de la réunion précédente. À bientôt, très cordialement, Éloïse."
		polish   = "Zażółć gęślą jaźń. W załączeniu przesyłam protokół z ostatniego spotkania, proszę o uwagi."
	)
	for _, tt := range []struct {
		name, text string
		cp, want   int
	}{
		{"shift_jis", japanese, 932, 932}, {"euc-jp", japanese, 51932, 51932}, {"iso-2022-jp", japanese, 50220, 50220},
		{"euc-kr", korean, 51949, 949}, {"gbk", chinese, 936, 936}, {"big5", taiwan, 950, 950}, {"iso-2022-kr", korean, 50225, 50225},
		{"windows-1251", russian, 1251, 1251}, {"koi8-r", russian, 20866, 20866}, {"iso-8859-5", russian, 28595, 28595}, {"cp866", russian, 866, 866},
		{"greek", greek, 1253, 1253}, {"hebrew", hebrew, 1255, 1255}, {"arabic", arabic, 1256, 1256}, {"thai", thai, 874, 874},
		{"german", german, 1252, 0}, {"french", french, 1252, 0}, {"polish", polish, 1250, 0}, {"dos", german, 850, 0},
		{"utf-8", japanese, 65001, 0}, {"one accent", "é", 1252, 0}, {"nothing", "", 1252, 0},
	} {
		raw, _ := codepage.Encode(tt.cp, tt.text)
		if got := Guess(raw); got != tt.want {
			t.Errorf("%s: Guess() = %d, want %d", tt.name, got, tt.want)
		}
	}
	var junk []byte
	for i := range 20_000 {
		junk = append(junk, byte(i*i>>3|0x80))
	}
	if got := Guess(junk); got != 0 {
		t.Errorf("Guess(junk) = %d", got)
	}
	ornaments, _ := codepage.Encode(1252, strings.Repeat("·¸¸·´¯`", 20))
	if got := Guess(ornaments); got != 0 {
		t.Errorf("Guess(ornaments) = %d", got)
	}
}

func FuzzGuess(f *testing.F) {
	f.Add([]byte("\x82\xa0\x82\xa2"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if cp := Guess(b); cp != 0 && !codepage.Known(cp) {
			t.Errorf("Guess(%q) = %d", b, cp)
		}
	})
}
