//! The customer register: contacts, consents, cookies, logs, tickets, ratings, letters, audit log.
//!
//! What must not reach an archive begins with the canary that the example's page names (`fixtures/README.md`).

use super::clock::{BEGIN, DAY, LAST, LOGS, date, iso, local, whole};
use super::invented::Invented;
use super::random::Random;
use super::store::inserting;
use super::text::{Script, Writer};
use rusqlite::{Connection, Statement, params};

const ROOM: u64 = 1;
const AGENTS: [&str; 6] = ["S-01", "S-02", "S-03", "S-04", "S-05", "S-06"];
const AGENT_STRINGS: [&str; 3] =
    ["Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Windows NT 10.0)", "Mozilla/5.0 (Macintosh)"];
const PAGES: [&str; 6] = ["/", "/app", "/app/export", "/app/invoices", "/pricing", "/guide/coco"];

/// The statements, one for each table.
struct Tables<'c> {
    contacts: Statement<'c>,
    merged: Statement<'c>,
    consents: Statement<'c>,
    cookies: Statement<'c>,
    access_log: Statement<'c>,
    tickets: Statement<'c>,
    ratings: Statement<'c>,
    letters: Statement<'c>,
    audit_log: Statement<'c>,
    office_visits: Statement<'c>,
}

impl<'c> Tables<'c> {
    fn new(connection: &'c Connection) -> rusqlite::Result<Tables<'c>> {
        let into = |table: &str, columns: &str| inserting(connection, table, &columns.split(' ').collect::<Vec<_>>());
        Ok(Tables {
            contacts: into(
                "contacts",
                "customer_no full_name given_name surname company email email_2 phone street locality region postcode \
                 country birthday guardian language notes profile lead_score agent_id staff_no pw_hash restricted created \
                 updated",
            )?,
            merged: into("contacts", "customer_no full_name email created")?,
            consents: into("consents", "customer_no email visitor_id purpose given_at withdrawn_at method wording")?,
            cookies: into("cookies", "customer_no visitor_id category name value domain path set_at expires_at")?,
            access_log: into("access_log", "at customer_no visitor_id ip method url status bytes user_agent referrer")?,
            tickets: into("tickets", "customer_no topic status priority opened_at assigned_to remark")?,
            ratings: into("ratings", "customer_no model value origin")?,
            letters: into("letters", "customer_no received_on subject folder")?,
            audit_log: into("audit_log", "at actor action object")?,
            office_visits: into("office_visits", "customer_no visited_on why note")?,
        })
    }
}

/// Adds the rows of subjects 1 to `subjects`; tells after each.
pub(super) fn fill(
    connection: &Connection,
    seed: u64,
    subjects: u64,
    advance: &mut dyn FnMut(),
) -> rusqlite::Result<()> {
    let mut tables = Tables::new(connection)?;
    let writer = Writer::new();
    for number in 1..=subjects {
        let subject = Invented::new(seed, number);
        let mut random = Random::of(seed, ROOM, number);
        contact(&mut tables, &subject, &writer, &mut random)?;
        consents(&mut tables, &subject, &mut random)?;
        traces(&mut tables, &subject, &mut random)?;
        service(&mut tables, &subject, &writer, &mut random)?;
        advance();
    }
    Ok(())
}

fn contact(tables: &mut Tables<'_>, subject: &Invented, writer: &Writer, random: &mut Random) -> rusqlite::Result<()> {
    let number = subject.number;
    let mut notes = String::new();
    if random.once_in(3) {
        writer.paragraphs(subject.script, 120, random, &mut notes);
    }
    let (given, surname) = match subject.script {
        Script::Chinese => (None, None),
        _ => (Some(subject.given), Some(subject.surname)),
    };
    let created = BEGIN - random.below(1000 * DAY);
    let profile = format!(r#"{{"nickname":"{}","topics":["boxes","masks"],"units":"metric"}}"#, subject.given);
    tables.contacts.execute(params![
        subject.customer(),
        subject.full_name(),
        given,
        surname,
        subject.at(3, 4).then(|| format!("{} & Co.", subject.surname)),
        subject.email(),
        // Never confirmed: the address of somebody else, which nothing may follow.
        subject.at(3, 5).then(|| super::invented::email(number - 1)),
        subject.phone(),
        subject.street(),
        subject.locality(),
        subject.region(),
        subject.postcode(),
        subject.country(),
        date(random.between(0, 1_000_000_000)),
        subject.at(7, 40).then(|| format!("{} {}", random.pick(&["Alma", "Edgar"]), subject.surname)),
        subject.language(),
        (!notes.is_empty()).then_some(notes),
        subject.at(1, 4).then_some(profile),
        random.below(10_000) as f64 / 10_000.0,
        random.pick(&AGENTS),
        subject.one_of(500).then(|| staff_number(number)),
        format!("SECRET-CANARY-{:016x}", random.next()),
        i64::from(subject.at(9, 50)),
        whole(created),
        local(created + random.below(300 * DAY), 8),
    ])?;
    if subject.at(5, 10) {
        // A merged duplicate: the same customer number, an older address.
        let address = format!("former-{number:06}@example.net");
        let created = whole(created - 100 * DAY);
        tables.merged.execute(params![subject.customer(), subject.full_name(), address, created])?;
    }
    Ok(())
}

fn staff_number(number: u64) -> String {
    format!("S-{number:06}")
}

fn consents(tables: &mut Tables<'_>, subject: &Invented, random: &mut Random) -> rusqlite::Result<()> {
    for (every, purpose, method, wording) in [
        (2, "news", "doi", "Send me the newsletter (version 3)."),
        (4, "calls", "spoken", "Yes, you may record this call."),
        (3, "cookies", "banner", "Accept analytics and preferences."),
    ] {
        if subject.one_of(every) {
            let given = BEGIN + random.below(300 * DAY);
            let withdrawn = subject.at(9, 20).then(|| iso(given + random.between(1, 400) * DAY, 0));
            tables.consents.execute(params![
                subject.customer(),
                (purpose == "news").then(|| subject.email()),
                (purpose == "cookies").then(|| subject.visitor()),
                purpose,
                iso(given, subject.offset()),
                withdrawn,
                method,
                wording,
            ])?;
        }
    }
    Ok(())
}

/// Cookies and log lines.
fn traces(tables: &mut Tables<'_>, subject: &Invented, random: &mut Random) -> rusqlite::Result<()> {
    if subject.one_of(3) {
        for (category, name) in [("analytics", "trex_stats"), ("preference", "ui"), ("necessary", "session")] {
            let set = LOGS + random.below(LAST - LOGS);
            let value = match category {
                "analytics" => format!("{:08x}", random.next() >> 32),
                "preference" => "lang=en&theme=dark".to_owned(),
                _ => format!("SECRET-CANARY-{:016x}", random.next()),
            };
            tables.cookies.execute(params![
                subject.customer(),
                subject.visitor(),
                category,
                name,
                value,
                "trexlabel.example.com",
                "/",
                whole(set),
                whole((set + 365 * DAY) * 1000),
            ])?;
        }
    }
    let mut at = LOGS * 1000 + random.below(DAY * 1000);
    let agent = random.pick(&AGENT_STRINGS);
    for _ in 0..random.between(2, 10) {
        at += random.below(7 * DAY * 1000);
        tables.access_log.execute(params![
            whole(at),
            subject.customer(),
            subject.one_of(3).then(|| subject.visitor()),
            subject.ip(),
            random.pick(&["GET", "GET", "GET", "POST"]),
            random.pick(&PAGES),
            random.pick(&[200, 200, 200, 304, 404]),
            whole(random.below(40_000)),
            agent,
            random.once_in(4).then_some("https://search.example.com/"),
        ])?;
    }
    Ok(())
}

/// Tickets and what the controller made of its data.
fn service(tables: &mut Tables<'_>, subject: &Invented, writer: &Writer, random: &mut Random) -> rusqlite::Result<()> {
    for _ in 0..random.between(u64::from(subject.one_of(2)), 3) {
        let opened = random.between(BEGIN, LAST);
        tables.tickets.execute(params![
            subject.customer(),
            writer.title(subject.script, random),
            random.pick(&["O", "W", "C", "C"]),
            random.below(100) as f64 / 100.0,
            local(opened, 1),
            random.pick(&AGENTS),
            random.once_in(5).then_some("DERIVED-CANARY: impatient"),
        ])?;
    }
    if subject.one_of(3) {
        let grade = random.pick(&["A", "B", "C"]);
        tables.ratings.execute(params![
            subject.customer(),
            "turnover",
            format!("DERIVED-CANARY: {grade}"),
            "derived"
        ])?;
        let risk = format!("INFERRED-CANARY: 0.{:02}", random.below(100));
        tables.ratings.execute(params![subject.customer(), "churn", risk, "inferred"])?;
    }
    if subject.one_of(10) {
        let topic = format!("MANUAL-CANARY: {}", writer.title(subject.script, random));
        let folder = format!("B-{}", random.between(1, 60));
        tables.letters.execute(params![subject.customer(), date(random.between(BEGIN, LAST)), topic, folder])?;
    }
    if subject.one_of(500) {
        for _ in 0..3 {
            let object = super::invented::customer(random.between(1, subject.number + 499));
            let at = iso(random.between(BEGIN, LAST), 1);
            tables.audit_log.execute(params![at, staff_number(subject.number), "contact.view", object])?;
        }
    }
    if subject.one_of(50) {
        let (why, note) = random.pick(&[("F", "VITAL-CANARY: a plaster"), ("R", "PUBLIC-CANARY: at the gate")]);
        tables.office_visits.execute(params![subject.customer(), date(random.between(BEGIN, LAST)), why, note])?;
    }
    Ok(())
}
