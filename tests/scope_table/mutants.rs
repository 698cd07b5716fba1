//! A mutation of any rule breaks a line of the tables: the rules are written down once more, shown to decide every
//! combination there is as the program does, and then each is changed in every way that makes another law of it.

use crate::common::assurance::tell;
use crate::common::fixture;
use crate::{row_of, table, value_of};
use art20::controller::About;
use art20::records::{Code, LegalBasis, Origin};
use art20::scope::{ConsentState, Hold, OwnActivity, RowFacts, ValueFacts, decide_row, decide_value};

const ABOUT: [About; 3] = [About::Subject, About::ThirdParty, About::Staff];
const CONSENT: [ConsentState; 4] =
    [ConsentState::NotAsked, ConsentState::Given, ConsentState::Withdrawn, ConsentState::NoRecord];
const YES_NO: [bool; 2] = [false, true];
const HOLD: [Hold; 2] = [Hold::None, Hold::PastRetention];

type Rule<F> = Box<dyn Fn(&F) -> Option<Code>>;
type Mutant<F> = (String, Rule<F>);

fn basis(basis: LegalBasis, voluntary: bool) -> Option<Code> {
    let code = match basis {
        LegalBasis::Consent | LegalBasis::ExplicitConsent | LegalBasis::Contract => None,
        LegalBasis::LegalObligation => Some(Code::LegalObligation),
        LegalBasis::VitalInterests => Some(Code::VitalInterests),
        LegalBasis::PublicTask => Some(Code::PublicTask),
        LegalBasis::LegitimateInterests => Some(Code::LegitimateInterests),
    };
    code.filter(|_| !voluntary)
}

fn consent(state: ConsentState) -> Option<Code> {
    match state {
        ConsentState::NotAsked | ConsentState::Given => None,
        ConsentState::Withdrawn => Some(Code::ConsentWithdrawn),
        ConsentState::NoRecord => Some(Code::NoConsentOnRecord),
    }
}

fn origin(origin: Origin) -> Option<Code> {
    match origin {
        Origin::Provided | Origin::Observed | Origin::Exchanged => None,
        Origin::Derived => Some(Code::Derived),
        Origin::Inferred => Some(Code::Inferred),
    }
}

/// Section 6 of the contract, in its order.
fn row_rules() -> Vec<fn(&RowFacts) -> Option<Code>> {
    vec![
        |f| f.shared_identifier.then_some(Code::SharedIdentifier),
        |f| (f.about != About::Subject).then_some(Code::AboutOthers),
        |f| (!f.automated).then_some(Code::NotAutomated),
        |f| basis(f.legal_basis, f.voluntary),
        |f| consent(f.consent),
        |f| origin(f.origin),
        |f| (!f.selected).then_some(Code::NotSelected),
        |f| (f.hold == Hold::PastRetention).then_some(Code::LegalHold),
    ]
}

fn value_rules() -> Vec<fn(&ValueFacts) -> Option<Code>> {
    vec![
        |f| f.origin.and_then(origin),
        |f| f.hidden_recipient.then_some(Code::ThirdParty),
        |f| (f.joint && f.about == About::ThirdParty).then_some(Code::ThirdParty),
        |f| (f.about == About::Staff).then_some(Code::Staff),
        |f| f.own.filter(|own| !own.automated).map(|_| Code::NotAutomated),
        |f| f.own.and_then(|own| basis(own.legal_basis, own.voluntary)),
        |f| f.own.and_then(|own| consent(own.consent)),
    ]
}

/// One fact after the other in all its words: every combination that there is.
fn combined<F: Copy, W: Copy>(facts: Vec<F>, words: &[W], set: fn(&mut F, W)) -> Vec<F> {
    let with = |(fact, word): (&F, &W)| {
        let mut fact = *fact;
        set(&mut fact, *word);
        fact
    };
    facts.iter().flat_map(|fact| words.iter().map(move |word| with((fact, word)))).collect()
}

fn plain_own() -> OwnActivity {
    OwnActivity {
        automated: true,
        legal_basis: LegalBasis::Contract,
        voluntary: false,
        consent: ConsentState::NotAsked,
    }
}

fn every_own() -> Vec<Option<OwnActivity>> {
    let all = combined(vec![plain_own()], &YES_NO, |own, word| own.automated = word);
    let all = combined(all, &LegalBasis::ALL, |own, word| own.legal_basis = word);
    let all = combined(all, &YES_NO, |own, word| own.voluntary = word);
    let all = combined(all, &CONSENT, |own, word| own.consent = word);
    all.into_iter().map(Some).chain([None]).collect()
}

fn origins() -> Vec<Origin> {
    ["provided", "observed", "exchanged", "derived", "inferred"].iter().filter_map(|name| Origin::named(name)).collect()
}

fn every_row() -> Vec<RowFacts> {
    let all = combined(vec![crate::plain(LegalBasis::Contract)], &YES_NO, |f, word| f.shared_identifier = word);
    let all = combined(all, &ABOUT, |f, word| f.about = word);
    let all = combined(all, &YES_NO, |f, word| f.automated = word);
    let all = combined(all, &LegalBasis::ALL, |f, word| f.legal_basis = word);
    let all = combined(all, &YES_NO, |f, word| f.voluntary = word);
    let all = combined(all, &CONSENT, |f, word| f.consent = word);
    let all = combined(all, &origins(), |f, word| f.origin = word);
    let all = combined(all, &YES_NO, |f, word| f.selected = word);
    combined(all, &HOLD, |f, word| f.hold = word)
}

fn every_value() -> Vec<ValueFacts> {
    let none = ValueFacts { origin: None, about: About::Subject, hidden_recipient: false, joint: false, own: None };
    let origins: Vec<Option<Origin>> = origins().into_iter().map(Some).chain([None]).collect();
    let all = combined(vec![none], &origins, |f, word| f.origin = word);
    let all = combined(all, &ABOUT, |f, word| f.about = word);
    let all = combined(all, &YES_NO, |f, word| f.hidden_recipient = word);
    let all = combined(all, &YES_NO, |f, word| f.joint = word);
    combined(all, &every_own(), |f, word| f.own = word)
}

/// The first rule that applies.
fn first<F>(rules: &[Rule<F>], facts: &F) -> Option<Code> {
    rules.iter().find_map(|rule| rule(facts))
}

fn boxed<F: 'static>(rules: &[fn(&F) -> Option<Code>]) -> Vec<Rule<F>> {
    rules.iter().map(|rule| Box::new(*rule) as Rule<F>).collect()
}

/// Every way to change a rule or its place: left out, moved, turned round, always true, with another answer.
fn mutants_of_rules<F: 'static>(rules: &[fn(&F) -> Option<Code>], every: &[F], codes: &[Code]) -> Vec<Mutant<F>> {
    let mut mutants: Vec<Mutant<F>> = Vec::new();
    let mut add = |name: String, changed: Vec<Rule<F>>| {
        mutants.push((name, Box::new(move |facts| first(&changed, facts))));
    };
    for at in 0..rules.len() {
        let mut without = boxed(rules);
        drop(without.remove(at));
        add(format!("rule {at} left out"), without);
        for to in (0..rules.len()).filter(|to| *to != at) {
            let mut moved = boxed(rules);
            let rule = moved.remove(at);
            moved.insert(to, rule);
            add(format!("rule {at} moved to {to}"), moved);
        }
        let rule = rules[at];
        let mut replace = |name: String, new: Rule<F>| {
            let mut changed = boxed(rules);
            changed[at] = new;
            add(format!("rule {at} {name}"), changed);
        };
        for code in codes.iter().copied().filter(|code| every.iter().any(|facts| rule(facts) == Some(*code))) {
            let name = code.as_str();
            replace(
                format!("turned round to {name}"),
                Box::new(move |facts| match rule(facts) {
                    None => Some(code),
                    Some(_) => None,
                }),
            );
            replace(format!("always {name}"), Box::new(move |_| Some(code)));
            replace(format!("without {name}"), Box::new(move |facts| rule(facts).filter(|given| *given != code)));
            for other in codes.iter().copied().filter(|other| *other != code) {
                let answer = move |facts: &F| rule(facts).map(|given| if given == code { other } else { given });
                replace(format!("says {} for {name}", other.as_str()), Box::new(answer));
            }
        }
    }
    mutants
}

/// Reads each word of a fact as each other.
fn mutants_of_words<F: Copy + 'static, W: Copy + PartialEq + std::fmt::Debug + 'static>(
    decide: fn(&F) -> Option<Code>,
    words: &[W],
    get: fn(&F) -> Option<W>,
    set: fn(&mut F, W),
) -> Vec<Mutant<F>> {
    let pairs = words.iter().flat_map(|word| words.iter().map(move |other| (*word, *other)));
    let mutant = |(word, other): (W, W)| -> Mutant<F> {
        let read = move |facts: &F| {
            let mut facts = *facts;
            if get(&facts) == Some(word) {
                set(&mut facts, other);
            }
            decide(&facts)
        };
        (format!("{word:?} read as {other:?}"), Box::new(read))
    };
    pairs.filter(|(word, other)| word != other).map(mutant).collect()
}

fn row_words() -> Vec<Mutant<RowFacts>> {
    let mut all = mutants_of_words(decide_row, &YES_NO, |f| Some(f.shared_identifier), |f, w| f.shared_identifier = w);
    all.extend(mutants_of_words(decide_row, &ABOUT, |f| Some(f.about), |f, w| f.about = w));
    all.extend(mutants_of_words(decide_row, &YES_NO, |f| Some(f.automated), |f, w| f.automated = w));
    all.extend(mutants_of_words(decide_row, &LegalBasis::ALL, |f| Some(f.legal_basis), |f, w| f.legal_basis = w));
    all.extend(mutants_of_words(decide_row, &YES_NO, |f| Some(f.voluntary), |f, w| f.voluntary = w));
    all.extend(mutants_of_words(decide_row, &CONSENT, |f| Some(f.consent), |f, w| f.consent = w));
    all.extend(mutants_of_words(decide_row, &origins(), |f| Some(f.origin), |f, w| f.origin = w));
    all.extend(mutants_of_words(decide_row, &YES_NO, |f| Some(f.selected), |f, w| f.selected = w));
    all.extend(mutants_of_words(decide_row, &HOLD, |f| Some(f.hold), |f, w| f.hold = w));
    all
}

fn value_words() -> Vec<Mutant<ValueFacts>> {
    let origins: Vec<Option<Origin>> = origins().into_iter().map(Some).chain([None]).collect();
    let mut all = mutants_of_words(decide_value, &origins, |f| Some(f.origin), |f, w| f.origin = w);
    all.extend(mutants_of_words(decide_value, &ABOUT, |f| Some(f.about), |f, w| f.about = w));
    all.extend(mutants_of_words(decide_value, &YES_NO, |f| Some(f.hidden_recipient), |f, w| f.hidden_recipient = w));
    all.extend(mutants_of_words(decide_value, &YES_NO, |f| Some(f.joint), |f, w| f.joint = w));
    all.extend(mutants_of_words(
        decide_value,
        &YES_NO,
        |f| f.own.map(|own| own.automated),
        |f, w| f.own.iter_mut().for_each(|own| own.automated = w),
    ));
    all.extend(mutants_of_words(
        decide_value,
        &LegalBasis::ALL,
        |f| f.own.map(|own| own.legal_basis),
        |f, w| f.own.iter_mut().for_each(|own| own.legal_basis = w),
    ));
    all.extend(mutants_of_words(
        decide_value,
        &YES_NO,
        |f| f.own.map(|own| own.voluntary),
        |f, w| f.own.iter_mut().for_each(|own| own.voluntary = w),
    ));
    all.extend(mutants_of_words(
        decide_value,
        &CONSENT,
        |f| f.own.map(|own| own.consent),
        |f, w| f.own.iter_mut().for_each(|own| own.consent = w),
    ));
    all
}

/// Sees that each mutant breaks a line, unless it decides everything as the program does: then it is none. Returns how
/// many are some, and the names of the others.
fn judge<F>(mutants: Vec<Mutant<F>>, every: &[F], lines: &[F], decide: fn(&F) -> Option<Code>) -> (usize, Vec<String>) {
    let (mut broken, mut same, mut alive) = (0, Vec::new(), Vec::new());
    for (name, mutant) in mutants {
        if lines.iter().any(|facts| mutant(facts) != decide(facts)) {
            broken += 1;
        } else if every.iter().all(|facts| mutant(facts) == decide(facts)) {
            same.push(name);
        } else {
            alive.push(name);
        }
    }
    assert!(alive.is_empty(), "no line of the table breaks for {} of {broken}: {alive:#?}", alive.len());
    (broken, same)
}

/// Words that are the same to the law.
const SAME: [&str; 16] = [
    "ThirdParty read as Staff",
    "Staff read as ThirdParty",
    "Consent read as ExplicitConsent",
    "Consent read as Contract",
    "ExplicitConsent read as Consent",
    "ExplicitConsent read as Contract",
    "Contract read as Consent",
    "Contract read as ExplicitConsent",
    "NotAsked read as Given",
    "Given read as NotAsked",
    "Provided read as Observed",
    "Provided read as Exchanged",
    "Observed read as Provided",
    "Observed read as Exchanged",
    "Exchanged read as Provided",
    "Exchanged read as Observed",
];

/// Of values: what is hidden and what is another holder's has the same code, and nothing is both about somebody else and
/// about staff; a value without an origin of its own is judged as one that the person provided.
const SAME_OF_VALUES: [&str; 10] = [
    "rule 1 moved to 2",
    "rule 2 moved to 1",
    "rule 2 moved to 3",
    "rule 3 moved to 2",
    "Some(Provided) read as None",
    "Some(Observed) read as None",
    "Some(Exchanged) read as None",
    "None read as Some(Provided)",
    "None read as Some(Observed)",
    "None read as Some(Exchanged)",
];

#[test]
fn a_mutation_of_any_rule_about_rows_breaks_a_line() {
    let (every, rules) = (every_row(), row_rules());
    assert_eq!(every.len(), 13_440);
    let program = boxed(&rules);
    assert!(every.iter().all(|facts| first(&program, facts) == decide_row(facts)), "the rules are not the program's");
    let lines: Vec<RowFacts> = table(&fixture("scope/rows.csv")).iter().map(row_of).collect();
    let mut mutants = mutants_of_rules(&rules, &every, &Code::ALL[..13]);
    mutants.extend(row_words());
    let (broken, same) = judge(mutants, &every, &lines, decide_row);
    assert_eq!(same, SAME);
    tell(
        "a rule about what Art. 20 covers is changed unnoticed",
        "rows: each of 8 rules left out, moved, turned round, made always true, given another answer; each word of a fact read as another",
        broken,
        "a line of fixtures/scope/rows.csv breaks; the rules decide all 13440 combinations as the program does",
    );
}

#[test]
fn a_mutation_of_any_rule_about_values_breaks_a_line() {
    let (every, rules) = (every_value(), value_rules());
    assert_eq!(every.len(), 8_136);
    let program = boxed(&rules);
    assert!(every.iter().all(|facts| first(&program, facts) == decide_value(facts)), "the rules are not the program's");
    let lines: Vec<ValueFacts> = table(&fixture("scope/values.csv")).iter().map(value_of).collect();
    let codes: Vec<Code> =
        Code::ALL.into_iter().filter(|code| every.iter().any(|f| decide_value(f) == Some(*code))).collect();
    let mut mutants = mutants_of_rules(&rules, &every, &codes);
    mutants.extend(value_words());
    let (broken, same) = judge(mutants, &every, &lines, decide_value);
    // Only rules with one answer can change places unnoticed, and only words that are the same to the law.
    let others: Vec<&String> = same.iter().filter(|name| !SAME_OF_VALUES.contains(&name.as_str())).collect();
    let known = |name: &&String| SAME.contains(&name.replace("Some(", "").replace(')', "").as_str());
    let strange: Vec<_> = others.into_iter().filter(|name| !known(name)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    tell(
        "a rule about what Art. 20 covers is changed unnoticed",
        "values: each of 7 rules left out, moved, turned round, made always true, given another answer; each word of a fact read as another",
        broken,
        "a line of fixtures/scope/values.csv breaks; the rules decide all 8136 combinations as the program does",
    );
}
