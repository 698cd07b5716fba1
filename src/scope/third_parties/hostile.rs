//! Names and addresses written so that a plain search would pass over them.

use super::fold::Markup;
use super::tests::{controller, replacer};
use crate::request::ThirdParties;

/// Who is known: the number that each has in the texts below is that of its first appearance there.
const PEOPLE: [&str; 12] = [
    "From: Kim Novak <kim.novak@k.example>",
    "From: =?UTF-8?Q?Hans-J=C3=BCrgen_Gro=C3=9F?= <hj@k.example>",
    // Γιώργος Pappas
    "From: =?UTF-8?B?zpPOuc+Oz4HOs86/z4I=?= Pappas <gp@k.example>",
    "From: Ilkay Inan <ii@k.example>",
    // محمد علي
    "From: =?UTF-8?B?2YXYrdmF2K8g2LnZhNmK?= <ma@k.example>",
    // 𠮷十, of which the first character is beyond four hexadecimal digits
    "From: =?UTF-8?B?8KCut+WNgQ==?= <yo@k.example>",
    // 王小明, and a name that is the beginning of it
    "From: =?UTF-8?B?546L5bCP5piO?= <wxm@k.example>",
    "From: =?UTF-8?B?546L5bCP?= <wx@k.example>",
    "From: X <x@xn--bcher-kva.example>",
    "To: T <+49 30 9876543>",
    "To: \"A+B [D].* $1\" <ab@k.example>",
    "To: C. d'Angelo <ca@k.example>",
];

fn becomes(markup: Markup, pairs: &[(&str, &str)]) {
    become_among(&PEOPLE, markup, pairs);
}

fn become_among(people: &[&str], markup: Markup, pairs: &[(&str, &str)]) {
    let controller = controller();
    for (text, expected) in pairs {
        let mut replacer = replacer(&controller, ThirdParties::Pseudonymise, people);
        let mut new = (*text).to_owned();
        replacer.text(&mut new, markup);
        assert_eq!(new, *expected, "{text}");
    }
}

#[test]
fn a_name_has_no_case_in_any_script_and_no_signs_that_a_writer_may_leave_out() {
    becomes(
        Markup::Plain,
        &[
            ("HANS-JÜRGEN GROSS, Hans-Jürgen GROẞ", "Person 1, Person 1"),
            ("Hans\u{2011}Jürgen Groß", "Person 1"),
            ("ΓΙΏΡΓΟΣ PAPPAS", "Person 1"),
            ("İLKAY İNAN, ilkay ınan", "Person 1, Person 1"),
            ("x محمد علي.", "x Person 1."),
            ("مُحَمَّد علي، مـحـمد\u{61c} عَلی", "Person 1، Person 1"),
            ("\u{2067}محمد\u{2069} \u{200f}علي", "\u{2067}Person 1"),
            ("Kim\u{202e} \u{202c}Novak K\u{34f}im Novak", "Person 1 Person 1"),
            ("𝐊𝐢𝐦 𝐍𝐨𝐯𝐚𝐤, Kim\u{2003} \u{2028}Novak", "Person 1, Person 1"),
            ("C. d’Angelo and C. d'Angelo", "Person 1 and Person 1"),
        ],
    );
}

#[test]
fn a_name_is_found_as_links_files_and_programs_write_it() {
    becomes(
        Markup::Plain,
        &[
            (
                "?q=Kim+Novak&f=Kim-Novak.pdf&g=kim.novak.pdf&h=kimnovak",
                "?q=Person 1&f=Person 1.pdf&g=Person 1.pdf&h=Person 1",
            ),
            ("%4Bim%20Novak%FF Kim%2520Novak %4B%69%6D%20%4E%6F%76%61%6B", "Person 1%FF Person 1 Person 1"),
            ("100% %2 %zz %25 %2540", "100% %2 %zz %25 %2540"),
            (r"\ud842\udfb7\u5341 \u738b\u5c0f\u660e \ud842", r"Person 1 Person 2 \ud842"),
            // A number that follows is no part of the pseudonym's.
            ("Kim Novak2.pdf, 1Kim Novak", "Person 1 2.pdf, 1Person 1"),
            ("A+B [D].* $1 (a+b [d].* $1)", "Person 1 (Person 1)"),
            ("Kim\r\n> > Novak, Kim\n| Novak", "Person 1, Person 1"),
            ("王小和王小明，請问王小明在吗；𠮷十さん", "Person 1和Person 2，請问Person 2在吗；Person 3さん"),
            ("Kim Novakova, Joakim Novak", "Kim Novakova, Joakim Novak"),
        ],
    );
}

#[test]
fn an_address_is_found_between_whatever_marks() {
    becomes(
        Markup::Plain,
        &[
            ("a|kim.novak@k.example|b 01%7Ckim.novak%40k.example%7C", "a|Person 1|b 01%7CPerson 1%7C"),
            ("mailto%3Akim.novak%2540k.example", "mailto%3Aperson1@withheld.invalid"),
            ("'kim.novak@k.example' *KIM.NOVAK＠K.EXAMPLE* kim.novak@k。example。", "'Person 1' *Person 1* Person 1。"),
            (
                "x@bücher.example X@B%C3%9CCHER.example x@xn--BCHER-kva.example x@Bu\u{308}cher.example",
                "Person 1 Person 1 Person 1 Person 1",
            ),
            (
                "o.kim.novak@k.example kim.novak@k.example-bank.example",
                "o.kim.novak@k.example kim.novak@k.example-bank.example",
            ),
        ],
    );
}

#[test]
fn a_number_is_found_in_any_notation() {
    for text in [
        "+49 (0)30 9876543",
        "+49 (0) 30 / 98 76 543",
        "0049309876543",
        "030-9876543",
        "+49.30.987.6543",
        "030/9876543",
        "030·987·65·43",
        "030—9876543",
        "+49\u{2212}30\u{2212}9876543",
        "030_9876543",
        "٠٣٠ ٩٨٧٦٥٤٣",
        "０３０ ９８７６５４３",
    ] {
        becomes(Markup::Plain, &[(text, "Person 1"), (&format!("Tel{text}x12"), "TelPerson 1x12")]);
    }
    becomes(Markup::Plain, &[("1030 98765431", "1030 98765431"), ("+49 31 9876543", "+49 31 9876543")]);
}

#[test]
fn html_is_searched_as_it_is_written_and_as_it_is_shown() {
    becomes(
        Markup::Html,
        &[
            ("<b>Kim</b> Novak", "<b>Person 1</b>"),
            ("<td>Kim</td>\n <td>Novak</td>", "<td>Person 1</td><td></td>"),
            ("<span>K</span>im<br>Novak K<!-- > -->im Novak", "<span>Person 1</span><br> Person 1<!-- > -->"),
            ("K&#105m&nbspNovak K&#x69;m&#8203; No&shyvak", "Person 1 Person 1"),
            (
                "<a title='Kim Novak' href=\"mailto:kim.novak@k.example\">k<wbr>im.novak@k.example</a>",
                "<a title='Person 1' href=\"mailto:person1@withheld.invalid\">Person 1<wbr></a>",
            ),
            ("+49 <b>30</b> 987<i>65</i>43", "Person 1<b></b><i></i>"),
            ("Kim < Novak <3", "Kim < Novak <3"),
            ("Hans-J&uumlrgen Gro&szlig <!-- Kim Novak -->", "Person 1 <!-- Person 2 -->"),
        ],
    );
    // A `>` in quotation marks ends a tag for some readers only, and quotation marks may lack their end.
    becomes(
        Markup::Html,
        &[
            ("Kim <b title=\"a>b\">Novak</b>", "Person 1<b title=\"a>b\"></b>"),
            ("K<i class='>'>i</i>m N<b title=\"Kim Novak>\">ovak", "Person 1<i class='>'></i><b title=\"Person 1>\">"),
            ("<td x='>'>Kim</td><td x='>'>Novak", "<td x='>'>Person 1</td><td x='>'>"),
            (
                "Kim <b title=\"a>Novak</b> <i title=\"x\">C. d'Angelo",
                "Person 1<b title=\"a></b> <i title=\"x\">Person 2",
            ),
            ("Kim <b title='a>Novak</b> C. d'<i>Angelo</i>", "Person 1<b title='a></b> Person 2<i></i>"),
            ("Kim <!-- x --!> Novak", "Person 1<!-- x --!>"),
            ("Kim <!-- --!> --> Novak", "Person 1<!-- --!> -->"),
        ],
    );
    // What a browser shows within the line parts no word, whether it knows it or not; a simple reader may part it.
    becomes(
        Markup::Html,
        &[
            ("Kim N<tt>ov</tt>ak", "Person 1<tt></tt>"),
            ("Kim N<x-y>ov</X-Y>ak", "Person 1<x-y></X-Y>"),
            ("Kim<x-y>Novak", "Person 1<x-y>"),
            ("Kim<br>Novak", "Person 1<br>"),
        ],
    );
    // In some elements a browser reads nothing but their end.
    becomes(
        Markup::Html,
        &[
            ("<style><i a=\"</style>Kim <b t=\"x>y\">Novak</b>", "<style><i a=\"</style>Person 1<b t=\"x>y\"></b>"),
            ("Kim <TITLE><!-- </Title >Nov<b>ak</b>", "Person 1<TITLE><!-- </Title ><b></b>"),
            ("<title>Kim <b>Novak</b></title>", "<title>Person 1<b></b></title>"),
            ("<script>Kim Novak</scripts> Kim <b t='>'>Novak", "<script>Person 1</scripts> Person 1<b t='>'>"),
        ],
    );
    // Markup in a text that is none stays what it says.
    becomes(Markup::Plain, &[("<b>Kim</b> Novak", "<b>Kim</b> Novak")]);
}

#[test]
fn what_stands_in_the_tags_and_comments_within_a_name_is_searched_too() {
    for (text, pseudonymised, omitted) in [
        (
            "Hi Kim <a href=\"mailto:kim.novak@k.example\">Novak</a>",
            "Hi Person 1<a href=\"mailto:person1@withheld.invalid\"></a>",
            "Hi [withheld]<a href=\"mailto:[withheld]\"></a>",
        ),
        (
            "<td>Kim</td><td data-x=kim.novak@k.example>Novak</td>",
            "<td>Person 1</td><td data-x=person1@withheld.invalid></td>",
            "<td>[withheld]</td><td data-x=[withheld]></td>",
        ),
        (
            "Kim <!-- see kim.novak@k.example --> Novak",
            "Person 1<!-- see Person 1 -->",
            "[withheld]<!-- see [withheld] -->",
        ),
        (
            "Kim <b title='Hans-J&uuml;rgen Gro&szlig;'>Novak</b>",
            "Person 1<b title='Person 2'></b>",
            "[withheld]<b title='[withheld]'></b>",
        ),
        (
            "<svg><text>Kim <tspan id=\"x\" aria-label=\"KIM NOVAK\">Novak</tspan></text></svg>",
            "<svg><text>Person 1<tspan id=\"x\" aria-label=\"Person 1\"></tspan></text></svg>",
            "<svg><text>[withheld]<tspan id=\"x\" aria-label=\"[withheld]\"></tspan></text></svg>",
        ),
        (
            "+49 30 <a href=\"tel:+49309876543\">9876543</a>",
            "Person 1<a href=\"tel:Person 1\"></a>",
            "[withheld]<a href=\"tel:[withheld]\"></a>",
        ),
    ] {
        let controller = controller();
        for (mode, expected) in [(ThirdParties::Pseudonymise, pseudonymised), (ThirdParties::Omit, omitted)] {
            let mut new = text.to_owned();
            replacer(&controller, mode, &PEOPLE).text(&mut new, Markup::Html);
            assert_eq!(new, expected, "{text}");
        }
    }
}

#[test]
fn people_who_are_written_alike_are_told_apart_in_the_same_way_by_every_run() {
    let people = [
        "From: Joanna Smith <anna@a.example>",
        "From: Jo Anna Smith <s@s.example.org>",
        "From: Alex Ander Kim <a@k.example>",
        "From: Al Exander Kim <b@k.example>",
    ];
    // Each has its tables in another order.
    for _ in 0..20 {
        become_among(
            &people,
            Markup::Plain,
            &[
                ("joannasmith.pdf, www.joannasmith.example", "joannasmith.pdf, www.joannasmith.example"),
                ("Jo-Anna-Smith.pdf of Joanna Smith", "Person 1.pdf of Joanna Smith"),
                ("Alex Ander Kim, Al Exander Kim: alexanderkim.pdf", "Person 1, Person 2: Person 2.pdf"),
            ],
        );
    }
}

#[test]
fn a_name_in_one_word_is_looked_for_in_file_names_addresses_and_links_only() {
    become_among(
        &[
            "From: Help Desk <h@k.example>",
            "From: Data Base <d@k.example>",
            "From: =?UTF-8?Q?J=C3=BCrgen_Gro=C3=9F?= <j@k.example>",
        ],
        Markup::Plain,
        &[
            ("The helpdesk. HELPDESK.pdf help-desk/", "The helpdesk. HELPDESK.pdf help-desk/"),
            ("a new database. My Database, database", "a new database. My Database, database"),
            ("Data Base, Help Desk", "Person 1, Person 2"),
            (
                "database.pdf my_database ?q=database https://x.example/database @database database2",
                "Person 1.pdf my_Person 1 ?q=Person 1 https://x.example/Person 1 @Person 1 Person 1 2",
            ),
            ("jürgengross jürgengross.pdf", "jürgengross Person 1.pdf"),
        ],
    );
    // A handle of one's own is looked for anywhere.
    become_among(
        &["From: Kim Novak <k@k.example>", "From: kimnovak <k@k.example>"],
        Markup::Plain,
        &[("kimnovak", "Person 1")],
    );
    become_among(
        &["From: Kim Novak <k@k.example>", "From: Kimnovak <k@k.example>"],
        Markup::Plain,
        &[("Kimnovak kimnovak kimnovak.pdf", "Person 1 kimnovak Person 1.pdf")],
    );
}

#[test]
fn what_stands_in_an_attribute_without_quotation_marks_ends_it_no_earlier() {
    becomes(
        Markup::Html,
        &[
            ("<a href=/kimnovak title=Kim&nbsp;Novak>x</a>", "<a href=/Person-1 title=Person-1>x</a>"),
            ("<a href=/Kim-Novak/kimnovak2>Kim Novak</a>", "<a href=/Person-1/Person-1-2>Person 1</a>"),
            ("<a href=x>Kim Novak</a> a = Kim Novak", "<a href=x>Person 1</a> a = Person 1"),
            ("<a title=\"Kim Novak, Kim Novak\">", "<a title=\"Person 1, Person 1\">"),
        ],
    );
}

#[test]
fn digits_between_letters_are_a_reference_and_no_number_of_somebody_else() {
    becomes(
        Markup::Plain,
        &[
            ("ref AB0309876543X, ab030-9876543x", "ref AB0309876543X, ab030-9876543x"),
            ("Fax0309876543b, Mobil:0309876543a", "FaxPerson 1b, Mobil:Person 1a"),
            ("a0309876543, 0309876543a", "aPerson 1, Person 1a"),
            ("bei030 9876543an", "beiPerson 1an"),
        ],
    );
}
