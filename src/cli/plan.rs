//! `art20 plan`: how the subject was recognised, what each collection holds, what would go in or stay out and why.

use super::args::PlanOptions;
use super::failure::{Failure, printable};
use super::progress::Progress;
use super::{clock, keys, request};
use crate::archive::facts::LedgerLine;
use crate::archive::formats::person_name;
use crate::controller::Controller;
use crate::controller::activity::Regime;
use crate::export::{Fulfilled, Order, plan, receipt_text};
use crate::receipt::Receipt;
use crate::records::{Code, FieldValue, Record};
use crate::request::ThirdParties;
use crate::request::deadlines::Deadlines;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter, WrapAlgorithm};

/// The columns of the narrowest terminal that people still use.
const COLUMNS: usize = 80;
/// The widest column of names.
const NAMES: usize = 24;

/// Runs the command.
pub fn run(options: &PlanOptions) -> anyhow::Result<ExitCode> {
    let run = &options.run;
    if options.reveal && !std::io::stdout().is_terminal() {
        let what = "--reveal shows personal data, and standard output is no terminal";
        return Err(Failure::new(2, what, "Run it at a terminal, without redirecting its output.").into());
    }
    let controller = Controller::read(&run.config).map_err(Failure::from)?;
    let protection = keys::protection(&run.protection, options.request.request.as_deref())?;
    let request = request::request(&options.request, &controller)?;
    let surroundings = clock::surroundings();
    let order = Order {
        controller: &controller,
        request: &request,
        as_of: clock::as_of(run.as_of.as_deref(), &controller)?,
        operator: run.operator.as_deref(),
        allow_empty: run.allow_empty,
        allow_partial: run.allow_partial,
        level: 0,
        protection: &protection,
        letter: None,
        surroundings: &surroundings,
    };
    let mut progress = Progress::new(!run.quiet && !run.no_progress, surroundings.interrupted.clone());
    let planned = plan(&order, options.reveal, &mut progress).map_err(Failure::from)?;
    drop(progress);
    let mut out = std::io::stdout().lock();
    if run.json {
        out.write_all(&receipt_text(&planned.receipt))?;
    } else if !run.quiet {
        show(&planned, &mut out)?;
    }
    if options.reveal {
        reveal(&planned, &mut out)?;
    }
    Ok(ExitCode::from(if planned.receipt.missing_stores.is_empty() { 0 } else { 9 }))
}

fn show(planned: &Fulfilled, out: &mut impl Write) -> std::io::Result<()> {
    let receipt = &planned.receipt;
    let kinds = receipt.identifiers.iter().map(|(kind, count)| {
        let mut parts = vec![format!("{} given", count.requested)];
        if count.learned > 0 {
            parts.push(format!("{} learned", count.learned));
        }
        if count.shared > 0 {
            parts.push(format!("{} shared", count.shared));
        }
        format!("{kind} ({})", parts.join(", "))
    });
    wrapped(out, "", "  ", &format!("Recognised by: {}", kinds.collect::<Vec<_>>().join("; ")))?;
    deadlines(receipt, out)?;
    writeln!(out)?;
    let widths = receipt.ledger.iter().map(|line| display_width(&printable(&line.collection)));
    let width = widths.max().unwrap_or(10).clamp(10, NAMES);
    writeln!(out, "{}  {:>8}  {:>8}  stays out", padded("collection", width), "matched", "goes in")?;
    for line in &receipt.ledger {
        let reasons = if line.excluded.is_empty() { "-".to_owned() } else { counts(line.excluded.iter()) };
        let begin = format!("{}  {:>8}  {:>8}  ", name(line, width), line.matched, line.portable);
        wrapped(out, &begin, &" ".repeat(width + 22), &reasons)?;
    }
    let held: Vec<&LedgerLine> =
        receipt.ledger.iter().filter(|line| !line.withheld.is_empty() || line.verbatim > 0).collect();
    if !held.is_empty() {
        writeln!(out, "\nValues held back in records that go in:")?;
        for line in held {
            let mut reasons = counts(line.withheld.iter());
            if line.verbatim > 0 {
                let separator = if reasons.is_empty() { "" } else { ", " };
                reasons.push_str(&format!("{separator}{} given as they stand", line.verbatim));
            }
            wrapped(out, &format!("{}  ", name(line, width)), &" ".repeat(width + 2), &reasons)?;
        }
    }
    if let Some(replaced) = &receipt.replaced {
        let values: u64 = replaced.values.values().sum();
        let what = if receipt.third_parties == ThirdParties::Omit { "left out" } else { "replaced by pseudonyms" };
        writeln!(out, "\nOther people: {} found, {what} in values of records that go in: {values}", replaced.people)?;
        for (collection, count) in &replaced.values {
            writeln!(out, "{:width$}  {count}", printable(collection))?;
        }
    }
    let mut codes: Vec<Code> =
        receipt.ledger.iter().flat_map(|line| line.excluded.keys().chain(line.withheld.keys()).copied()).collect();
    codes.sort_unstable();
    codes.dedup();
    if !codes.is_empty() {
        let pipl = receipt.regime == Regime::Pipl.name();
        writeln!(out, "\nWhy:")?;
        for code in codes {
            let why = format!("{} ({}): {}", code.as_str(), code.provision_under(pipl), code.sentence_under(pipl).en);
            wrapped(out, "  ", "    ", &why)?;
        }
    }
    notes(receipt).try_for_each(|note| wrapped(out, "", "  ", &note))
}

/// By when to answer, and how long ago the request came (requirements B1, B2, B6).
fn deadlines(receipt: &Receipt, out: &mut impl Write) -> std::io::Result<()> {
    let Some(deadlines) = &receipt.deadlines else {
        return writeln!(out, "Answer by: not known, because the time of receipt is not given (--received)");
    };
    let dates = |deadlines: &Deadlines| {
        let latest = match &deadlines.latest {
            Ok(latest) => format!("{} (calendar {})", latest.date, latest.calendar),
            Err(unknown) => format!("not known: {unknown}"),
        };
        format!("{}; at the latest: {latest}", deadlines.target)
    };
    let pause = receipt.identity_pause.as_ref();
    let due = dates(pause.map_or(deadlines, |pause| &pause.deadlines));
    wrapped(out, "", "  ", &format!("Answer by: {due}"))?;
    if let Some(pause) = pause {
        let state = if pause.confirmed.is_some() { "waited" } else { "waiting" };
        let days = format!("{} {}", pause.days, if pause.days == 1 { "day" } else { "days" });
        let what = format!("Counted from receipt: {}; {state} {days} to know who asks", dates(deadlines));
        wrapped(out, "", "  ", &what)?;
    }
    let days = receipt.elapsed_days.unwrap_or_default();
    writeln!(out, "Received: {days} {} before the as-of", if days == 1 { "day" } else { "days" })
}

/// The name of a collection in a column; a longer one stands on a line of its own.
fn name(line: &LedgerLine, width: usize) -> String {
    let name = printable(&line.collection);
    if display_width(&name) > width { format!("{name}\n{}", " ".repeat(width)) } else { padded(&name, width) }
}

/// The text with spaces up to so many columns; a Chinese character takes two.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// A text that begins after `begin` and goes on below, within the columns of a terminal.
fn wrapped(out: &mut impl Write, begin: &str, next: &str, text: &str) -> std::io::Result<()> {
    // The first line leaves room for the last line of what stands before it.
    let room = " ".repeat(display_width(begin.rsplit('\n').next().unwrap_or_default()));
    let options = Options::new(COLUMNS)
        .initial_indent(&room)
        .subsequent_indent(next)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let lines = textwrap::fill(text, options);
    writeln!(out, "{begin}{}", lines.strip_prefix(&room).unwrap_or(&lines))
}

fn counts<'a>(codes: impl Iterator<Item = (&'a Code, &'a u64)>) -> String {
    codes.map(|(code, count)| format!("{count} {}", code.as_str())).collect::<Vec<_>>().join(", ")
}

/// What somebody should look at, a line each.
fn notes(receipt: &Receipt) -> impl Iterator<Item = String> {
    receipt.findings.iter().map(|finding| {
        let place = finding.collection.as_deref().map(|c| format!(" in {}", printable(c))).unwrap_or_default();
        let count = if finding.count > 0 { format!(" ({})", finding.count) } else { String::new() };
        format!("note: {}{place}{count}: {}", finding.code, finding.message)
    })
}

/// What somebody should look at, for a summary.
pub fn findings(receipt: &Receipt, out: &mut impl Write) {
    for note in notes(receipt) {
        let _ = writeln!(out, "{note}");
    }
}

/// The recognised identifiers and contacts, for the operator's eyes (requirement A14).
fn reveal(planned: &Fulfilled, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\nIdentifiers:")?;
    for known in &planned.identification.identifiers {
        let from =
            known.taught_by.as_ref().map_or("given".to_owned(), |collection| format!("learned from {collection}"));
        let shared = if known.shared { ", shared with someone else" } else { "" };
        writeln!(out, "  {}:{} ({from}{shared})", known.identifier.kind(), printable(known.identifier.canonical()))?;
    }
    for suggestion in &planned.identification.suggestions {
        let (kind, value) = (suggestion.identifier.kind(), printable(suggestion.identifier.canonical()));
        writeln!(out, "  {kind}:{value} (typed in, in {}; not followed: ask the person)", suggestion.collection)?;
    }
    if !planned.contacts.is_empty() {
        writeln!(out, "\nContacts:")?;
    }
    planned
        .contacts
        .iter()
        .try_for_each(|contact| writeln!(out, "  {}: {}", contact.source.collection, printable(&who(contact))))
}

/// By what an operator knows a contact again: names, addresses, numbers.
fn who(contact: &Record) -> String {
    let organization = contact.text("organization").map(str::to_owned);
    let lists = ["emails", "phones"].into_iter().filter_map(|path| match contact.get(path) {
        Some(FieldValue::List(_, values)) => Some(values.iter().map(|entry| entry.value.clone())),
        _ => None,
    });
    let parts = person_name(contact).into_iter().chain(organization).chain(lists.flatten());
    parts.filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::formats::sample::{record, text};
    use crate::records::value::ListOf;
    use crate::records::{Kind, Labelled};

    fn contact(entries: Vec<(&'static str, FieldValue)>) -> Record {
        record(Kind::Contact, "1", entries)
    }

    #[test]
    fn a_contact_is_shown_by_its_names_addresses_and_numbers() {
        let list = |of, value: &str| FieldValue::List(of, vec![Labelled { value: value.to_owned(), label: None }]);
        let whole = contact(vec![
            ("name.full", text("Ann Meier")),
            ("name.given", text("Ann")),
            ("organization", text("Org")),
            ("emails", list(ListOf::Emails, "ann@x.org")),
            ("phones", list(ListOf::Phones, "030 1")),
        ]);
        assert_eq!(who(&whole), "Ann Meier; Org; ann@x.org; 030 1");
        let parts =
            contact(vec![("name.full", text(" ")), ("name.given", text("Ann")), ("name.surname", text("Meier"))]);
        assert_eq!(who(&parts), "Ann Meier");
        let han = contact(vec![("name.given", text("三")), ("name.surname", text("张"))]);
        assert_eq!(who(&han), "张三");
        assert_eq!(who(&contact(vec![("emails", FieldValue::Null)])), "");
    }
}
