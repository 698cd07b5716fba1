//! The billing system: invoices with lines that add up to the cent, payments, mandates.

use super::clock::{BEGIN, DAY, END, civil, date, whole};
use super::invented::Invented;
use super::random::Random;
use super::store::inserting;
use super::text::Writer;
use rusqlite::{Connection, Statement, params};

const ROOM: u64 = 2;

/// What is sold: number, description, price in hundredths of a euro.
const GOODS: [(&str, &str, u64); 7] = [
    ("PLAN-S", "Starter plan, one month", 1_490),
    ("PLAN-T", "Team plan, one month", 9_900),
    ("SEAT", "Additional seat", 1_500),
    ("GPU-H", "Processing, one hour", 1_030),
    ("STORE", "Storage, 100 GB", 499),
    ("STICKER", "T-Rex stickers 🦖", 500),
    ("COURSE", "Course for annotators", 24_995),
];

struct Tables<'c> {
    invoices: Statement<'c>,
    lines: Statement<'c>,
    payments: Statement<'c>,
    mandates: Statement<'c>,
}

/// Adds the rows of subjects 1 to `subjects`; tells after each.
pub(super) fn fill(
    connection: &Connection,
    seed: u64,
    subjects: u64,
    advance: &mut dyn FnMut(),
) -> rusqlite::Result<()> {
    let into = |table: &str, columns: &str| inserting(connection, table, &columns.split(' ').collect::<Vec<_>>());
    let mut tables = Tables {
        invoices: into(
            "invoices",
            "number customer_no buyer_email checkout kept_for type status issued_on due_on currency total_minor tax \
             description payment_method iban bill_street bill_locality bill_country client_ip fraud_score provider_token \
             legal_hold",
        )?,
        lines: into("invoice_lines", "invoice_no position sku description quantity currency unit_minor line_minor")?,
        payments: into(
            "payments",
            "invoice_no kept_for provider_ref mandate_ref paid_at amount currency method payer_name payer_iban card_token",
        )?,
        mandates: into("mandates", "reference holder iban signed_on")?,
    };
    let writer = Writer::new();
    for number in 1..=subjects {
        let subject = Invented::new(seed, number);
        let mut random = Random::of(seed, ROOM, number);
        let mandate = subject.one_of(3).then(|| format!("MND-{number:06}"));
        if let Some(reference) = &mandate {
            let signed = date(BEGIN - random.below(100 * DAY));
            tables.mandates.execute(params![reference, subject.full_name(), subject.iban(), signed])?;
        }
        for nth in 1..=random.between(1, 4) {
            let order = Order { number: format!("R-{number:06}-{nth:02}"), guest: false, tax: false };
            invoice(&mut tables, &subject, &order, mandate.as_deref(), &writer, &mut random)?;
        }
        if subject.one_of(6) {
            let order = Order { number: format!("T-{number:06}-01"), guest: false, tax: true };
            invoice(&mut tables, &subject, &order, None, &writer, &mut random)?;
        }
        if subject.one_of(8) {
            let order = Order { number: format!("G-{number:06}-01"), guest: true, tax: false };
            invoice(&mut tables, &subject, &order, None, &writer, &mut random)?;
        }
        advance();
    }
    Ok(())
}

/// What kind of invoice it is.
struct Order {
    number: String,
    /// Bought without an account: known by the confirmed address alone.
    guest: bool,
    /// Kept only because tax law asks for it.
    tax: bool,
}

fn invoice(
    tables: &mut Tables<'_>,
    subject: &Invented,
    order: &Order,
    mandate: Option<&str>,
    writer: &Writer,
    random: &mut Random,
) -> rusqlite::Result<()> {
    let number = &order.number;
    let currency = match (subject.country(), subject.at(9, 11)) {
        (_, true) => "JPY",
        ("FR", _) => "EUR",
        _ => "AUD",
    };
    let mut total = 0;
    for position in 1..=random.between(1, 4) {
        let (sku, description, unit) = random.pick(&GOODS);
        let quantity = random.between(1, 5);
        // Half an hour is sold too; its price is even.
        let halved = sku == "GPU-H" && random.once_in(2);
        let line = if halved { unit * quantity / 2 } else { unit * quantity };
        let amount = if halved { quantity as f64 / 2.0 } else { quantity as f64 };
        tables.lines.execute(params![
            number,
            whole(position),
            sku,
            if order.tax { "TAX-CANARY: an old order" } else { description },
            amount,
            currency,
            whole(unit),
            whole(line),
        ])?;
        total += line;
    }
    let years = if order.tax { 6 * 365 } else { 0 };
    let issued = random.between(BEGIN, END) - years * DAY;
    let method = match mandate {
        Some(_) => "DD",
        None => random.pick(&["BT", "CC"]),
    };
    let paid = order.tax || !random.once_in(6);
    let kept_for = if order.tax { "tax" } else { "contract" };
    tables.invoices.execute(params![
        number,
        (!order.guest).then(|| subject.customer()),
        subject.email(),
        if order.guest { "guest" } else { "account" },
        kept_for,
        "INV",
        if paid { "P" } else { "O" },
        date(issued),
        civil(issued + 14 * DAY, 0).strftime("%d/%m/%Y").to_string(),
        currency,
        whole(total),
        // A sixth of the gross amount, as 20 % of the net one, to the nearest cent.
        amount((total * 2 + 6) / 12, currency, ','),
        if order.tax { "TAX-CANARY: an old order".to_owned() } else { writer.title(subject.script, random) },
        method,
        mandate.map(|_| subject.iban()),
        subject.street(),
        subject.locality(),
        subject.country(),
        subject.ip(),
        random.below(1000) as f64 / 1000.0,
        format!("SECRET-CANARY-{:016x}", random.next()),
        (subject.at(11, 30) && !order.tax).then_some("HOLD-CANARY 3 O 17/26"),
    ])?;
    if paid {
        tables.payments.execute(params![
            number,
            kept_for,
            whole(900_719_925_474_000_000 + random.below(99_999_999_999)),
            mandate,
            whole((issued + random.below(14 * DAY)) * 1000 + random.below(1000)),
            amount(total, currency, '.'),
            currency,
            method,
            subject.full_name(),
            mandate.map(|_| subject.iban()),
            (method == "CC").then(|| format!("SECRET-CANARY-{:016x}", random.next())),
        ])?;
    }
    Ok(())
}

/// A sum of minor units in words of the currency: 1234 is `12.34`, but 1234 yen.
fn amount(minor: u64, currency: &str, mark: char) -> String {
    if currency == "JPY" { minor.to_string() } else { format!("{}{mark}{:02}", minor / 100, minor % 100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_as_many_digits_as_its_currency() {
        assert_eq!(amount(1_205, "EUR", ','), "12,05");
        assert_eq!(amount(5, "AUD", '.'), "0.05");
        assert_eq!(amount(5, "JPY", '.'), "5");
    }
}
