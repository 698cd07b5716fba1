//! Correspondence: e-mails in threads, attachments, calls, subscriptions.
//!
//! E-mails stand in the order of time: one round gives every subject one message, in an order of its own, so that the
//! rows of a subject are scattered over the whole table.

use super::clock::{BEGIN, DAY, END, LAST, iso, whole};
use super::invented::{Invented, outsider};
use super::media;
use super::random::Random;
use super::store::inserting;
use super::text::Writer;
use rusqlite::{Connection, Statement, params};

const SUBJECTS: u64 = 3;
const ROUNDS: u64 = 4;
const MESSAGES: u64 = 5;
/// The controller's mailbox and telephone.
const SUPPORT: &str = "support@example.com";
const LINE: &str = "+493023125000";

/// Where a subject's correspondence stands.
#[derive(Debug, Clone, Copy, Default)]
struct Thread {
    number: u32,
    /// Messages in it.
    depth: u32,
}

struct Tables<'c> {
    connection: &'c Connection,
    emails: Statement<'c>,
    attachments: Statement<'c>,
    calls: Statement<'c>,
    subscriptions: Statement<'c>,
}

/// Adds `messages` e-mails of each of subjects 1 to `subjects`, and their calls; tells after each e-mail and subject.
pub(super) fn fill(
    connection: &Connection,
    seed: u64,
    subjects: u64,
    messages: u64,
    advance: &mut dyn FnMut(),
) -> rusqlite::Result<()> {
    let into = |table: &str, columns: &str| inserting(connection, table, &columns.split(' ').collect::<Vec<_>>());
    let mut tables = Tables {
        connection,
        emails: into(
            "emails",
            "state thread message_id in_reply_to from to cc bcc delivered-to sent_at subject text html raw X-Spam-Score",
        )?,
        attachments: into("attachments", "email_id name media_type content")?,
        calls: into(
            "calls",
            "customer_no from_number to_number started_at seconds media_type recording transcript agent",
        )?,
        subscriptions: into("subscriptions", "email list topics opened segment token subscribed_at")?,
    };
    let writer = Writer::new();
    for number in 1..=subjects {
        let (subject, mut random) = (Invented::new(seed, number), Random::of(seed, SUBJECTS, number));
        calls(&mut tables, &subject, &writer, &mut random)?;
        subscription(&mut tables, &subject, &mut random)?;
        advance();
    }
    let mut order: Vec<u64> = (1..=subjects).collect();
    let mut threads = vec![Thread::default(); order.len()];
    let (mut sent, all) = (0, subjects * messages);
    for round in 0..messages {
        Random::of(seed, ROUNDS, round).shuffle(&mut order);
        for &number in &order {
            let Some(thread) = usize::try_from(number - 1).ok().and_then(|at| threads.get_mut(at)) else { continue };
            let mut random = Random::of(seed, MESSAGES + round, number);
            if thread.depth == 0 || random.once_in(4) {
                *thread = Thread { number: thread.number + 1, depth: 0 };
            }
            let at = BEGIN + (END - BEGIN) * sent / all;
            let message = Message { subject: Invented::new(seed, number), round, at, thread: *thread };
            message.add(&mut tables, seed, &writer, &mut random)?;
            thread.depth += 1;
            sent += 1;
            advance();
        }
    }
    Ok(())
}

/// One e-mail to be.
struct Message {
    subject: Invented,
    /// Its number among the subject's, from 0.
    round: u64,
    at: u64,
    thread: Thread,
}

impl Message {
    fn add(&self, tables: &mut Tables<'_>, seed: u64, writer: &Writer, random: &mut Random) -> rusqlite::Result<()> {
        let (subject, thread) = (&self.subject, self.thread);
        let incoming = thread.depth % 2 == 0;
        let address = subject.email();
        let (from, to) = if incoming { (address.as_str(), SUPPORT) } else { (SUPPORT, address.as_str()) };
        // The same title for the whole thread.
        let topic = &mut Random::of(seed, thread.number.into(), subject.number);
        let title = ["Re: ", ""][usize::from(thread.depth == 0)].to_owned() + &writer.title(subject.script, topic);
        let mut text = String::with_capacity(2048);
        text.push_str(subject.script.greeting());
        if !incoming {
            text.push(' ');
            text.push_str(&subject.full_name());
        }
        text.push_str(",\n\n");
        let bytes = usize::try_from(random.between(400, 1_300)).unwrap_or_default();
        writer.paragraphs(subject.script, bytes, random, &mut text);
        text.push_str(&if incoming { subject.full_name() } else { "T-Rex Label".to_owned() });
        text.push('\n');
        let html = (!incoming && random.once_in(8)).then(|| html(&text));
        let cc = random.once_in(8).then(|| outsider(random)).map(|(name, address)| format!("\"{name}\" <{address}>"));
        let bcc = (!incoming && random.once_in(40)).then(|| outsider(random).1);
        let sent_at = iso(self.at, if incoming { subject.offset() } else { 0 });
        let id = |round| format!("<{:06}.{round}@mail.example.org>", subject.number);
        let message_id = id(self.round);
        let raw = random.once_in(16).then(|| {
            let headers = [("From", from), ("To", to), ("Subject", &title), ("Message-ID", &message_id)];
            raw(&headers, cc.as_deref(), self.at, &text)
        });
        tables.emails.execute(params![
            if incoming { "received" } else { "sent" },
            format!("t-{:06}-{}", subject.number, thread.number),
            message_id,
            (thread.depth > 0).then(|| id(self.round - 1)),
            from,
            to,
            cc,
            bcc,
            (!incoming && random.once_in(10)).then_some(&address),
            sent_at,
            title,
            text,
            html,
            raw,
            incoming.then(|| random.below(100) as f64 / 10.0),
        ])?;
        // Where there are few messages, the first has one for certain.
        if random.once_in(20) || subject.number == 1 && self.round == 0 {
            let email = tables.connection.last_insert_rowid();
            let (name, media_type, content) = if random.once_in(2) {
                (format!("labels-{}.csv", self.round), "text/csv", media::labels(random))
            } else {
                (format!("frame-{}.bmp", self.round), "image/bmp", media::bitmap(random))
            };
            tables.attachments.execute(params![email, name, media_type, content])?;
        }
        Ok(())
    }
}

/// The text as a page. No word in it needs escaping.
fn html(text: &str) -> String {
    let paragraphs: Vec<String> = text.trim_end().split("\n\n").map(|part| format!("<p>{part}</p>")).collect();
    format!("<html><body>{}</body></html>", paragraphs.concat())
}

/// A message as a mail server keeps it (RFC 5322 with UTF-8 headers, RFC 6532).
fn raw(headers: &[(&str, &str)], cc: Option<&str>, at: u64, text: &str) -> Vec<u8> {
    let mut raw = "Received: from mx.internal.example.com by ROUTING-CANARY.example.com\r\n".to_owned();
    for (name, value) in headers.iter().copied().chain(cc.map(|cc| ("Cc", cc))) {
        raw.push_str(&format!("{name}: {value}\r\n"));
    }
    let date = super::clock::civil(at, 0).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    raw.push_str(&format!("Date: {date}\r\nMIME-Version: 1.0\r\n"));
    raw.push_str("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
    raw.push_str(&text.replace('\n', "\r\n"));
    raw.into_bytes()
}

fn calls(tables: &mut Tables<'_>, subject: &Invented, writer: &Writer, random: &mut Random) -> rusqlite::Result<()> {
    if !subject.one_of(4) {
        return Ok(());
    }
    for _ in 0..random.between(1, 2) {
        let phone = subject.phone().unwrap_or_else(|| "anonymous".to_owned());
        let (from, to) = if random.once_in(2) { (LINE, phone.as_str()) } else { (phone.as_str(), LINE) };
        let mut transcript = format!("{}: ", subject.given);
        writer.paragraphs(subject.script, 200, random, &mut transcript);
        tables.calls.execute(params![
            subject.customer(),
            from,
            to,
            whole(random.between(BEGIN, LAST)),
            whole(random.between(20, 1200)),
            "audio/wav",
            media::tone(random),
            transcript,
            random.pick(&["S-01", "S-02", "S-03"]),
        ])?;
    }
    Ok(())
}

fn subscription(tables: &mut Tables<'_>, subject: &Invented, random: &mut Random) -> rusqlite::Result<()> {
    if !subject.one_of(2) {
        return Ok(());
    }
    tables.subscriptions.execute(params![
        subject.email(),
        random.pick(&["M", "W"]),
        r#"{"detection":true,"masks":"weekly"}"#,
        whole(random.below(40)),
        "DERIVED-CANARY",
        format!("SECRET-CANARY-{:016x}", random.next()),
        iso(BEGIN + random.below(300 * DAY), subject.offset()),
    ])?;
    Ok(())
}
