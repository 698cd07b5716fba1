//! How the rows of each table are recognised as a data subject's: by identifiers, or through rows already recognised.
//! Tables are reached one after the other, and each links only to those before it, so that links form no circle.

use super::keys::{Pair, leading};
use super::survey::{Surveyed, SurveyedColumn};
use crate::guess::columns::{is_email, is_personal, is_phone, is_staff, is_third_party, person_number};
use crate::guess::words::table_words;
use crate::guess::{field, joined, tables};
use crate::records::Kind;

/// Terms that must all hold.
pub type Way = Vec<(String, Source)>;

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An identifier of the subject.
    Subject {
        /// `=`, `==` or `has`.
        comparison: &'static str,
        /// The type of the identifier.
        kind: String,
    },
    /// A column of rows of a table that was reached before.
    Rows {
        /// The position of the table in the survey.
        table: usize,
        /// Its column.
        column: String,
    },
}

/// A table and how it is reached.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The position of the table in the survey.
    pub table: usize,
    /// What its rows may be.
    pub kind: Kind,
    /// Any of these makes a row the subject's.
    pub ways: Vec<Way>,
    /// The table that its records are nested in.
    pub parent: Option<usize>,
    /// The column in which different people differ.
    pub person: Option<String>,
    /// The type and the column of the number that a row of a person teaches.
    pub number: Option<(String, String)>,
    /// Columns with addresses by which rows are not looked for, because anybody may have typed them.
    pub left_out: Vec<String>,
}

/// Every table that can be reached, each after those that it links to, and all after those that are reached `already`.
pub fn reach(survey: &[Surveyed], already: Vec<Reached>) -> Vec<Reached> {
    let kinds: Vec<Kind> = survey.iter().map(kind).collect();
    let mut reached = already;
    let known: Vec<usize> = reached.iter().map(|done| done.table).collect();
    for table in people(survey, &kinds).into_iter().filter(|at| !known.contains(at)) {
        let found = root(survey, table, &reached);
        if !found.ways.is_empty() {
            reached.push(found);
        }
    }
    loop {
        let open = |reached: &[Reached]| -> Vec<usize> {
            (0..survey.len()).filter(|at| reached.iter().all(|done| done.table != *at)).collect()
        };
        let rest = open(&reached);
        let waits = |at: usize| {
            let wanted = kinds[at].parent();
            wanted.is_some_and(|wanted| {
                rest.iter().any(|other| kinds[*other] == wanted && !leading(&survey[at], &survey[*other]).is_empty())
            })
        };
        let ready: Vec<usize> = rest.iter().copied().filter(|at| !waits(*at)).collect();
        let next = ready
            .iter()
            .find_map(|at| through_rows(survey, &kinds, *at, &reached))
            .or_else(|| ready.iter().find_map(|at| by_identifiers(survey, &kinds, *at)))
            .or_else(|| rest.iter().find_map(|at| looked_up(survey, &kinds, *at, &reached)))
            .or_else(|| rest.iter().find_map(|at| through_rows(survey, &kinds, *at, &reached)));
        match next {
            Some(found) => reached.push(found),
            None => return reached,
        }
    }
}

fn kind(table: &Surveyed) -> Kind {
    match table.is_mail {
        true => Kind::Message,
        false => match tables::kind(&table.name, &table.words()) {
            Kind::Other => annotated_kind(table).unwrap_or(Kind::Other),
            kind => kind,
        },
    }
}

/// The kind by the data categories of an annotation, where names say nothing.
fn annotated_kind(table: &Surveyed) -> Option<Kind> {
    let columns = |names: &[&str]| {
        let fits = |category: &String| names.iter().any(|name| category.starts_with(name));
        table.columns.iter().filter(|column| column.annotation.categories.iter().any(fits)).count()
    };
    if columns(&["user.device.ip_address"]) > 0 && columns(&["user.behavior", "user.device"]) > 1 {
        Some(Kind::AccessLog)
    } else if columns(&["user.device.cookie"]) > 0 {
        Some(Kind::Cookie)
    } else if columns(&["user.name"]) > 0 && columns(&["user.contact"]) > 0 {
        Some(Kind::Contact)
    } else {
        None
    }
}

/// Tables of people, those whom the controller serves first.
fn people(survey: &[Surveyed], kinds: &[Kind]) -> Vec<usize> {
    let weight = |at: usize| {
        let table = &survey[at];
        let named = tables::names_people(&table.name);
        let reachable = table.columns.iter().any(|column| is_email(&column.words) || is_phone(&column.words));
        let identity = table.columns.iter().any(|column| column.annotation.identity.is_some());
        let staff = is_staff(&table_words(&table.name));
        let is_one = reachable || ((named || identity) && !staff);
        is_one
            .then_some(8 * i32::from(identity) + 4 * i32::from(named) + 2 * i32::from(reachable) - 6 * i32::from(staff))
    };
    let mut people: Vec<(i32, usize)> = (0..survey.len())
        .filter(|at| kinds[*at] == Kind::Contact && !survey[*at].is_mail)
        .filter_map(|at| weight(at).map(|weight| (-weight, at)))
        .collect();
    people.sort_unstable();
    people.into_iter().map(|(_, at)| at).collect()
}

/// The column that numbers the people of a table, and the type of identifier that it is.
fn number(table: &Surveyed) -> Option<(String, String)> {
    // What an annotation calls the identity of a person is their number.
    let identity =
        table.columns.iter().filter(|column| !column.is_secret() && !column.name.is_empty()).find_map(|column| {
            let kind = column.annotation.identity.clone().filter(|kind| kind != "email" && kind != "phone")?;
            Some((kind, column.name.clone()))
        });
    if identity.is_some() {
        return identity;
    }
    let word = table_words(&table.name).pop().unwrap_or_default();
    let usable = |column: &&SurveyedColumn| !column.is_secret() && !column.name.is_empty();
    let key = |column: &SurveyedColumn| table.primary_key == [column.name.clone()];
    let own = |column: &&SurveyedColumn| {
        let named = person_number(&column.words);
        let business = ["number", "no", "nr", "code"].contains(&joined(&column.words).as_str());
        let leads = table.leads.iter().any(|lead| lead.columns.contains(&column.name));
        !leads && (named.is_some() || (business && tables::names_people(&table.name)))
    };
    let columns = || table.columns.iter().filter(usable);
    let found = columns()
        .filter(|column| own(column))
        .max_by_key(|column| (!key(column), person_number(&column.words).as_deref() == Some(word.as_str())))
        .or_else(|| columns().find(|column| key(column) && tables::names_people(&table.name)))?;
    let kind = person_number(&found.words).unwrap_or(word);
    Some((kind, found.name.clone()))
}

fn root(survey: &[Surveyed], at: usize, reached: &[Reached]) -> Reached {
    let table = &survey[at];
    let mut number = number(table);
    let mut ways = identifying(table, Kind::Contact);
    let links = links(survey, at, reached);
    let numbered = |kind: &String| reached.iter().any(|done| done.number.as_ref().is_some_and(|(own, _)| own == kind));
    if let Some((kind, _)) = number.as_mut().filter(|(kind, column)| {
        let said = table.column(column).is_some_and(|column| column.annotation.identity.is_some());
        !said && links.is_empty() && numbered(kind)
    }) {
        // Two tables that number people by themselves number different people alike.
        *kind = format!("{}_{kind}", joined(&table_words(&table.name)));
    }
    if let Some((kind, column)) = &number
        && !ways.iter().flatten().any(|(own, _)| own == column)
        && !links.iter().flatten().any(|(own, _)| own == column)
    {
        ways.push(vec![(column.clone(), Source::Subject { comparison: "==", kind: kind.clone() })]);
    }
    let person = number.as_ref().map(|(_, column)| column.clone());
    ways.extend(links);
    Reached { table: at, kind: Kind::Contact, ways, parent: None, person, number, left_out: Vec::new() }
}

/// Conditions by the identifiers that a person may give.
pub fn identifying(table: &Surveyed, kind: Kind) -> Vec<Way> {
    let of = table_words(&table.name);
    let mut ways = Vec::new();
    let mut main: Vec<&str> = Vec::new();
    for column in table.columns.iter().filter(|column| !column.is_secret() && !column.name.is_empty()) {
        let side = field(kind, &of, &column.words).filter(|_| kind == Kind::Message);
        let side = side.filter(|side| ["from", "to", "cc", "bcc"].contains(side)).is_some()
            || (kind == Kind::Message && joined(&column.words) == "delivered_to");
        let by = |comparison, kind: &str| {
            vec![vec![(column.name.clone(), Source::Subject { comparison, kind: kind.to_owned() })]]
        };
        let telephone =
            is_phone(&column.words) || column.sample.phone || ["phone", "sms"].contains(&tables::channel(&table.name));
        let other = is_staff(&column.words) || is_third_party(&column.words);
        if let Some(kind) = &column.annotation.identity {
            main.extend(["email", "phone"].into_iter().find(|known| known == kind));
            ways.extend(by(if ["email", "phone"].contains(&kind.as_str()) { "=" } else { "==" }, kind));
        } else if side {
            ways.extend(if telephone { by("=", "phone") } else { by("has", "email") });
        } else if is_email(&column.words) && !other && !main.contains(&"email") {
            main.push("email");
            ways.extend(by(if column.sample.addresses { "has" } else { "=" }, "email"));
        } else if is_phone(&column.words) && !other && kind == Kind::Contact && !main.contains(&"phone") {
            main.push("phone");
            ways.extend(by("=", "phone"));
        }
    }
    ways
}

/// Conditions by rows of tables that were reached before.
pub fn links(survey: &[Surveyed], at: usize, reached: &[Reached]) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for done in reached {
        for pairs in leading(&survey[at], &survey[done.table]) {
            let term = |pair: Pair| (pair.column, Source::Rows { table: done.table, column: pair.target });
            ways.push(pairs.into_iter().map(term).collect());
        }
    }
    ways
}

fn through_rows(survey: &[Surveyed], kinds: &[Kind], at: usize, reached: &[Reached]) -> Option<Reached> {
    let mut ways = links(survey, at, reached);
    if ways.is_empty() {
        return None;
    }
    let kind_of = |table: usize| reached.iter().find(|done| done.table == table).map(|done| done.kind);
    if let Some(wanted) = kinds[at].parent() {
        let leads_to = |way: &Way| {
            way.iter().find_map(|(_, source)| match source {
                Source::Rows { table, .. } => (kind_of(*table) == Some(wanted)).then_some(*table),
                Source::Subject { .. } => None,
            })
        };
        if let Some((way, parent)) = ways.iter().find_map(|way| Some((way.clone(), leads_to(way)?))) {
            // What is nested belongs to whom its parent belongs to, and to nobody else.
            let (ways, parent) = (vec![way], Some(parent));
            return Some(Reached {
                table: at,
                kind: kinds[at],
                ways,
                parent,
                person: None,
                number: None,
                left_out: Vec::new(),
            });
        }
    }
    let kind = if kinds[at].parent().is_some() { Kind::Other } else { kinds[at] };
    let person = person_of(&ways, reached);
    let mut left_out = Vec::new();
    // Addresses that a row merely mentions lead on only where the row says whose it is. The one of an order may be
    // anybody's who typed it in.
    if kind == Kind::Transaction {
        left_out.extend(identifying(&survey[at], kind).into_iter().flatten().map(|(column, _)| column));
    } else if person.is_some() || kind == Kind::Message {
        ways.extend(identifying(&survey[at], kind));
        ways.extend(numbered(&survey[at], &ways));
    }
    Some(Reached { table: at, kind, ways, parent: None, person, number: None, left_out })
}

fn by_identifiers(survey: &[Surveyed], kinds: &[Kind], at: usize) -> Option<Reached> {
    let table = &survey[at];
    let kind = if kinds[at].parent().is_some() { Kind::Other } else { kinds[at] };
    if table.is_mail {
        // The store knows in which headers addresses stand.
        return Some(Reached {
            table: at,
            kind,
            ways: Vec::new(),
            parent: None,
            person: None,
            number: None,
            left_out: Vec::new(),
        });
    }
    let mut ways = identifying(table, kind);
    ways.extend(numbered(table, &ways));
    let person = person_of(&ways, &[]);
    (!ways.is_empty()).then_some(Reached {
        table: at,
        kind,
        ways,
        parent: None,
        person,
        number: None,
        left_out: Vec::new(),
    })
}

/// Conditions by numbers of people of whom there is no table.
fn numbered(table: &Surveyed, ways: &[Way]) -> Vec<Way> {
    let free = |column: &&SurveyedColumn| {
        !column.is_secret() && !ways.iter().flatten().any(|(own, _)| *own == column.name) && !column.name.is_empty()
    };
    let leads = |column: &SurveyedColumn| table.leads.iter().any(|lead| lead.columns.contains(&column.name));
    let way = |column: &SurveyedColumn| {
        let kind = person_number(&column.words).filter(|_| !leads(column))?;
        Some(vec![(column.name.clone(), Source::Subject { comparison: "==", kind })])
    };
    table.columns.iter().filter(free).filter_map(way).collect()
}

/// The one column by which rows say whose they are.
fn person_of(ways: &[Way], reached: &[Reached]) -> Option<String> {
    let mut columns: Vec<&String> = Vec::new();
    for way in ways {
        let [(column, source)] = way.as_slice() else { continue };
        let says = match source {
            Source::Subject { kind, .. } => !["email", "phone", "visitor"].contains(&kind.as_str()),
            Source::Rows { table, column } => reached
                .iter()
                .any(|done| done.table == *table && done.number.as_ref().is_some_and(|(_, own)| own == column)),
        };
        if says && !columns.contains(&column) {
            columns.push(column);
        }
    }
    if let [only] = columns.as_slice() { Some((*only).clone()) } else { None }
}

/// A table that rows already reached lead to, if it tells about people.
fn looked_up(survey: &[Surveyed], kinds: &[Kind], at: usize, reached: &[Reached]) -> Option<Reached> {
    let table = &survey[at];
    let personal = table.columns.iter().any(|column| {
        is_personal(&column.words) || column.annotation.categories.iter().any(|category| category.starts_with("user"))
    });
    if !personal || tables::is_impersonal(&table.name) {
        return None;
    }
    let mut ways: Vec<Way> = Vec::new();
    for done in reached {
        for pairs in leading(&survey[done.table], table) {
            let term = |pair: Pair| (pair.target, Source::Rows { table: done.table, column: pair.column });
            ways.push(pairs.into_iter().map(term).collect());
        }
    }
    let kind = if kinds[at].parent().is_some() { Kind::Other } else { kinds[at] };
    (!ways.is_empty()).then_some(Reached {
        table: at,
        kind,
        ways,
        parent: None,
        person: None,
        number: None,
        left_out: Vec::new(),
    })
}
