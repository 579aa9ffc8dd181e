#!/usr/bin/env python3
"""Makes tfidf.json: what scikit-learn's TfidfVectorizer and HashingVectorizer make of texts in many scripts.

    pip install scikit-learn==1.9.* && python3 make_golden.py

The texts are written for this file. `max_features` cuts where no two terms are equally frequent, for
scikit-learn's choice among equals is that of an unstable sort.
"""
import collections
import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import normalize

TEXTS = [
    "The quick brown fox jumps over the lazy dog; the dog sleeps.",
    "A lazy dog, a quick fox and THE OTHER dog's bone - don't look!",
    "Straße und STRASSE: die Straße heißt Große Straße, GROẞE Straße.",
    "İstanbul'da ISPARTA ve ığdır; İ tek başına, İİ iki, DİYARBAKIR istanbul",
    "ΟΔΥΣΣΕΥΣ ΚΑΙ Ὀδυσσεύς: Σ, ΣΣ, ΑΣ. ΑΣ.Σ ΣΑΣ'Α ΜΈΣΟΣ μέσος μέσοσ ΤΈΛΟΣ",
    "Ελληνικά και ελληνικά ΕΛΛΗΝΙΚΆ, ΛΌΓΟΣ λόγος ΛΌΓΟΣ",
    "Быстрая лиса, быстрая ЛИСА и ленивая собака. Ёлка ёлка ЁЛКА",
    "快速的棕色狐狸跳过了懒狗。快速 狐狸 懒狗 一 二三 ３４５",
    "素早い茶色のキツネが怠け者の犬を飛び越える。カタカナ ｶﾀｶﾅ ー々〆",
    "빠른 갈색 여우가 게으른 개를 뛰어넘는다. 여우 여우 한글 \u1112\u1161\u11ab\u1100\u1173\u11af",
    "cafe\u0301 café CAFÉ cafe\u0301s naïve nai\u0308ve Å Å ångström A\u030angström",
    "हिन्दी में तेज़ लोमड़ी तेज़ हिन्दी ภาษาไทย ภาษา ไทย עברית עברית العربية العربية",
    "x1 x_1 _x __ _ 1 12 123 1.5 3,14 12_34 v2.0 0x1F user_name user_name",
    "²³ ½ ¼½ Ⅷ Ⅷⅸ ①② ㊀㊁ ٣٤٥ ०१२ ⁴⁵ Ⓐⓑ 𝟘𝟙 𝒳𝒴 𐐀𐐁 𐐨𐐩 𝔘𝔫𝔦",
    "😀 😀😀 a😀b ab😀cd 👩‍👩‍👧 🇩🇪 ☃☃ ❤️ fox😀dog",
    "\u00a0non\u00a0breaking\u2003spaces\u200bzero\u200dwidth\u00adsoft\ufeffbom\x00nul\x1funit",
    "",
    "   \t\n .,;:!? ",
    "a b c d e I ä ß 中 1",
    "ǅungla ǆungla Ǆungla ŉame ﬁn ﬃ ﬆ ȺȾ ⱥⱦ K Ω Ω ꜱ Ꭰꭰ ᏸᏰ Ⴀⴀ Აა",
    "fox fox fox fox dog dog Dog DOG the the The over over over jumps",
    "quick brown quick brown quick brown fox jumps over quick brown fox",
    "und und und die Straße strasse straße ß ßß SS ss ẞẞ",
    "mixed混合слово_ΣΣ和word mixed混合слово_σς和word end",
    "Σ'Σ ΑΒΓΣ' ΑΒΓΣ'Δ ΑΣ\u0301 ΑΣ\u0301Β \u00adΑΣ\u00ad ΑΣ:Β ΑΣ-Β 1Σ1 ΑΣ1 中Σ ᴬΣ",
]
TEXTS += [text.upper() for text in TEXTS[:12]] + [text.title() for text in TEXTS[10:15]]
# Bytes that are not UTF-8, as lists of numbers; Python's `errors="replace"` says what they are read as.
BROKEN = [
    b"good word \xff bad\xfebyte \xc3( truncated\xe2\x82 euro \xe2\x82\xac ok",
    b"\xed\xa0\x80surrogate\xed\xbf\xbf overlong\xc0\xafslash\xe0\x80\xaf \xf0\x80\x80\xaf",
    b"\xf4\x90\x80\x80beyond \xf8\x88\x80\x80\x80five \xf0\x9f\x98\x80smile \xf0\x9f\x98",
    b"caf\xe9 latin1 stra\xdfe \xc4\xd6 tail\xc3",
    b"\xce\x91\xce\xa3\xff \xff\xce\xa3\xce\x91 \xce\x91\xff\xce\xa3 \xce\x91\xce\xa3\x80 A\xcc\x81\xce\xa3 A\xcc\xce\xa3",
]
# What readers of characters can get wrong: white space of all kinds, folding of what is no word, marks, directions, lengths.
ODD_TEXTS = [
    "", " ", "\n\t ", "a", " a ", "ab", "a b", "a  b", "a\tb", "a \tb", "\n\nab\r\ncd\n", "ab\u00a0cd", "ab\u2003\u2003cd",
    "ab\u200bcd", "ab\u3000cd", "ab\x1ccd\x1d\x1eef\x1f", "ab\x85cd", "ab\u2028cd\u2029", "ab\u1680cd\u205f\u202fef", "ab\u180ecd",
    "ab\x0b\x0ccd", "\ufeffab", "ab\x00cd", "\u200eab\u200f \u202bcd\u202c", "e\u0301 \u0301 e\u0301\u0301\u0301", "İ Iı iİ",
    "ΑΣ ΑΣΑ Σ Σ' ΑΣ.Σ", "Straße STRASSE ẞ", "ǅ Ǆ ﬁ ŉ", "Ⓐ ⓑ Ⅷ Ⓩ", "KΩÅ", "ȺȾ Ⱥ", "😀 😀😀a", "👩‍👩‍👧 🇩🇪", "快速的棕色 狐狸", "ภาษาไทย วันนี้", "हिन्दी में तेज़",
    "העברית العربيّة", "𐐀𐐁 𝒳𝒴 \U0010ffff", "\ufffd\ufffe\uffff", "don't New-York, 3.14!", "AAAAAAAAAA aaaa", "x" * 70 + " " + "y" * 65 + "é",
    "Ꭰꭰ ᏸᏰ Ⴀⴀ Აა", "ʼn 'N' \"Q\"", "a" + " " * 20 + "b", "_ __ -- ..", "한글 \u1112\u1161\u11ab", "naïve café CAFÉ ñ",
]
CHARACTER_SIZES = [(1, 1), (1, 3), (2, 5), (4, 8)]
CUSTOM_STOP_WORDS = ["the", "dog", "und", "die", "λόγος", "cafés", "zzz", "user_name", "café"]
CASES = {
    "defaults": {},
    "one_document": {"min_df": 1},
    "ngrams_1_2": {"ngram_range": (1, 2)},
    "ngrams_2_3": {"ngram_range": (2, 3), "min_df": 1},
    "max_features": {"max_features": 20, "min_df": 1},
    "max_features_bigrams": {"max_features": 40, "ngram_range": (1, 2)},
    "stop_words": {"stop_words": CUSTOM_STOP_WORDS, "ngram_range": (1, 2), "min_df": 1},
    "case_kept": {"lowercase": False},
    "counts": {"sublinear_tf": False},
    "counts_case_kept_one": {"sublinear_tf": False, "lowercase": False, "min_df": 1},
}


def rows_of(matrix):
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return {
        "columns": [matrix.indices[a:b].tolist() for a, b in zip(matrix.indptr, matrix.indptr[1:])],
        "values": [[round(v, 9) for v in matrix.data[a:b].tolist()] for a, b in zip(matrix.indptr, matrix.indptr[1:])],
    }


def vocabulary_case(name, changes):
    options = {"sublinear_tf": True, "min_df": 2, **changes}
    if "max_features" in options:
        options["max_features"] = clear_cut(options)
    vectorizer = TfidfVectorizer(**options)
    matrix = vectorizer.fit_transform(TEXTS)
    return {
        "name": name, "options": json_options(options), "terms": vectorizer.get_feature_names_out().tolist(),
        "idf": [round(v, 9) for v in vectorizer.idf_.tolist()], **rows_of(matrix),
    }


def clear_cut(options):
    """The largest limit up to the wanted one that does not fall among terms of equal frequency."""
    rest = {k: v for k, v in options.items() if k not in ("sublinear_tf", "max_features")}
    totals = np.asarray(CountVectorizer(**rest).fit_transform(TEXTS).sum(axis=0)).ravel()
    totals = np.sort(totals)[::-1]
    return max(n for n in range(1, options["max_features"] + 1) if totals[n - 1] > totals[n])


def analyses():
    """The terms of each odd text by each analyzer, sorted, with their counts."""
    for index, text in enumerate(ODD_TEXTS):
        for analyzer, sizes in [("word", (1, 2))] + [(name, sizes) for name in ("char", "char_wb") for sizes in CHARACTER_SIZES]:
            analyze = CountVectorizer(analyzer=analyzer, ngram_range=sizes).build_analyzer()
            counts = sorted(collections.Counter(analyze(text)).items())
            sizes_name = "ngrams" if analyzer == "word" else "char_ngrams"
            yield {
                "text": index, "options": {"analyzer": analyzer, sizes_name: list(sizes)},
                "terms": [term for term, _ in counts], "counts": [count for _, count in counts],
            }


def union_case(name, characters):
    """Words and characters beside them: each of unit length, then the whole."""
    union = FeatureUnion([
        ("characters", TfidfVectorizer(analyzer=characters, ngram_range=(2, 4), sublinear_tf=True)),
        ("words", TfidfVectorizer(sublinear_tf=True)),
    ])
    matrix = normalize(union.fit_transform(TEXTS))
    parts = [part for _, part in union.transformer_list]
    return {
        "name": name, "options": {"analyzer": f"word+{characters}", "char_ngrams": [2, 4], "sublinear_tf": True, "min_df": 1},
        "terms": ["+" + term for term in parts[0].get_feature_names_out()] + parts[1].get_feature_names_out().tolist(),
        "idf": [round(v, 9) for part in parts for v in part.idf_.tolist()], **rows_of(matrix),
    }


def hashing_case(name, bits, ngrams, use_idf):
    hashing = HashingVectorizer(n_features=2**bits, alternate_sign=False, norm=None, ngram_range=ngrams)
    counts = hashing.transform(TEXTS)
    matrix = TfidfTransformer(sublinear_tf=True, use_idf=use_idf).fit_transform(counts)
    return {
        "name": name, "options": {"hashing": bits, "ngrams": list(ngrams), "sublinear_tf": True},
        "fitted": use_idf, "terms": [], "idf": [], **rows_of(matrix),
    }


def json_options(options):
    result = dict(options)
    result["ngrams"] = list(result.pop("ngram_range", (1, 1)))
    return result


def main():
    decoded = [text.decode("utf-8", errors="replace") for text in BROKEN]
    broken = TfidfVectorizer(min_df=1, sublinear_tf=True)
    matrix = broken.fit_transform(decoded)
    golden = {
        "made_with": {"scikit-learn": sklearn.__version__, "python": platform.python_version()},
        "texts": TEXTS,
        "odd_texts": ODD_TEXTS,
        "analyses": list(analyses()),
        "cases": [vocabulary_case(name, changes) for name, changes in CASES.items()]
        + [union_case("word+char_wb", "char_wb"), union_case("word+char", "char")],
        "hashing": [
            hashing_case("hashing_10", 10, (1, 1), False), hashing_case("hashing_6_idf", 6, (1, 2), True),
            hashing_case("hashing_20_idf", 20, (1, 1), True),
        ],
        "broken": {
            "bytes": [list(text) for text in BROKEN],
            "repairs": sum(text.count("\ufffd") for text in decoded),
            "terms": broken.get_feature_names_out().tolist(), **rows_of(matrix),
        },
    }
    path = pathlib.Path(__file__).with_name("tfidf.json")
    path.write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
