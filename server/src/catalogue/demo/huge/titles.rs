//! Invented titles in a dozen scripts: two words and a number.

/// First and second words of titles in one language.
struct Words {
    language: &'static str,
    first: [&'static str; 6],
    second: [&'static str; 6],
}

macro_rules! words {
    ($($language:literal: [$($first:literal)*] [$($second:literal)*])*) => {
        [$(Words { language: $language, first: [$($first),*], second: [$($second),*] }),*]
    };
}

/// The same words in the same places in each language, English first.
#[rustfmt::skip]
const LANGUAGES: [Words; 12] = words! {
    "en": ["Silent" "Red" "Last" "Golden" "Winter" "Hidden"] ["River" "Garden" "Train" "Letter" "Island" "Mirror"]
    "ru": ["Тихая" "Красная" "Последняя" "Золотая" "Зимняя" "Тайная"] ["река" "роща" "дорога" "буква" "земля" "тень"]
    "el": ["Σιωπηλό" "Κόκκινο" "Τελευταίο" "Χρυσό" "Χειμερινό" "Κρυφό"] ["ποτάμι" "περιβόλι" "τρένο" "γράμμα" "νησί" "φως"]
    "ar": ["صامت" "أحمر" "أخير" "ذهبي" "شتوي" "خفي"] ["نهر" "بستان" "قطار" "خطاب" "شاطئ" "ضوء"]
    "he": ["שקט" "אדום" "אחרון" "זהוב" "חורפי" "נסתר"] ["נהר" "גן" "קטר" "מכתב" "אי" "אור"]
    "hi": ["मौन" "लाल" "अंतिम" "सुनहरा" "शीत" "गुप्त"] ["झरना" "बाग" "सफर" "खत" "द्वीप" "दर्पण"]
    "bn": ["নীরব" "লাল" "শেষ" "সোনালি" "শীতের" "গোপন"] ["নদী" "বাগান" "ট্রেন" "চিঠি" "দ্বীপ" "আয়না"]
    "ta": ["அமைதி" "சிவப்பு" "கடைசி" "தங்க" "குளிர்" "மறைந்த"] ["நதி" "தோட்டம்" "ரயில்" "கடிதம்" "தீவு" "கண்ணாடி"]
    "th": ["เงียบ" "แดง" "สุดท้าย" "ทอง" "หนาว" "ลับ"] ["แม่น้ำ" "สวน" "รถไฟ" "จดหมาย" "เกาะ" "กระจก"]
    "ko": ["고요한" "붉은" "마지막" "황금" "겨울" "숨은"] ["강" "정원" "기차" "편지" "섬" "거울"]
    "ja": ["しずかな" "あかい" "さいごの" "こがねの" "ふゆの" "かくれた"] ["川" "庭" "列車" "手紙" "島" "鏡"]
    "zh": ["寂静" "红色" "最后" "金色" "冬日" "隐秘"] ["河流" "花园" "列车" "书信" "岛屿" "镜子"]
};

/// The title of the `n`-th movie, its English title where it has another one, and its language.
pub(super) fn title(n: usize) -> (String, Vec<String>, &'static str) {
    let words = &LANGUAGES[n % LANGUAGES.len()];
    let nth = n / LANGUAGES.len();
    let (first, second) = (nth % 6, nth / 6 % 6);
    let part = match nth / 36 {
        0 => String::new(),
        part => format!(" {}", part + 1),
    };
    let of = |words: &Words| format!("{} {}{part}", words.first[first], words.second[second]);
    let is_english = n.is_multiple_of(LANGUAGES.len());
    let also = (!is_english).then(|| of(&LANGUAGES[0]));
    (of(words), also.into_iter().collect(), words.language)
}
