//! One connection, kept by a thread of its own: the rest asks questions and can stop waiting for an answer when the run
//! is to end. Rows come in portions, each a statement of its own for the server's timeouts (a portal).

use super::open::{Opened, open};
use super::tls::connector;
use super::{failure, settings::Settings};
use crate::stores::Surroundings;
use crate::stores::error::StoreError;
use crate::stores::server::ServerProblem;
use postgres::types::ToSql;
use postgres::{CancelToken, Portal, Row, Statement, Transaction};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How often somebody who waits looks whether the run is to end.
const GLANCE: Duration = Duration::from_millis(50);
/// How many statements are kept prepared.
const PREPARED: usize = 256;

/// Values sent with a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Texts(Vec<String>),
    Wholes(Vec<i64>),
    Reals(Vec<f64>),
    Truths(Vec<bool>),
    Blobs(Vec<Vec<u8>>),
    Whole(i64),
}

impl Value {
    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Value::Texts(values) => values,
            Value::Wholes(values) => values,
            Value::Reals(values) => values,
            Value::Truths(values) => values,
            Value::Blobs(values) => values,
            Value::Whole(value) => value,
        }
    }
}

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The run is to end.
    Interrupted,
    /// The connection's thread is no more.
    Gone,
    /// The server does not take the statement.
    Preparing(postgres::Error),
    /// The server failed while it carried the statement out.
    Running(postgres::Error),
}

type Answer = Result<Vec<Row>, Trouble>;

/// What is asked of the connection.
enum Question {
    /// All rows of a statement.
    All(String, Vec<Value>, Sender<Answer>),
    /// The first rows of a statement, which stays open under a number.
    First(u64, String, Vec<Value>, i32, Sender<Answer>),
    /// Further rows.
    More(u64, i32, Sender<Answer>),
    /// No further rows.
    Enough(u64),
}

/// A connection in one transaction.
pub(super) struct Session {
    questions: Sender<Question>,
    interrupted: Arc<AtomicBool>,
    cancel: (CancelToken, MakeRustlsConnect),
    portals: Cell<u64>,
}

impl Session {
    /// Connects and takes the snapshot.
    pub(super) fn begin(
        store: &str,
        settings: Settings,
        wanted: HashSet<String>,
        surroundings: &Surroundings,
    ) -> Result<(Session, Opened), StoreError> {
        let (tls, mode) =
            connector(&settings.tls).map_err(|what| failure::server(store, ServerProblem::Settings(what)))?;
        let mut config = settings.config;
        config.ssl_mode(mode);
        let (questions, asked) = channel();
        let (ready, waiting) = channel();
        let (name, connect, now) = (store.to_owned(), tls.clone(), surroundings.now);
        let thread = std::thread::Builder::new().name(format!("store {store}"));
        let run = move || {
            let mut client = match config.connect(connect) {
                Ok(client) => client,
                Err(error) => {
                    let _ = ready.send(Err(failure::connecting(&name, &error)));
                    return;
                }
            };
            let token = client.cancel_token();
            let then = |opened, transaction: &mut Transaction<'_>| {
                let _ = ready.send(Ok((opened, token)));
                serve(transaction, &asked);
            };
            if let Err(error) = open(&name, &mut client, &wanted, now, then) {
                let _ = ready.send(Err(error));
            }
        };
        let started = thread.spawn(run);
        started.map_err(|cause| failure::server(store, ServerProblem::Unreachable(cause.kind().to_string())))?;
        let gone = || failure::server(store, ServerProblem::Gone);
        let (opened, token) = wait(&waiting, &surroundings.interrupted, || ())
            .map_err(|ended| if ended { StoreError::Interrupted } else { gone() })??;
        let interrupted = surroundings.interrupted.clone();
        Ok((Session { questions, interrupted, cancel: (token, tls), portals: Cell::new(0) }, opened))
    }

    /// All rows of a statement that gives few.
    pub(super) fn all(&self, sql: &str, values: Vec<Value>) -> Answer {
        self.ask(|answer| Question::All(sql.to_owned(), values, answer))
    }

    /// Visits the rows of a statement, however many, in portions.
    pub(super) fn each<E>(
        &self,
        sql: &str,
        values: Vec<Value>,
        trouble: impl Fn(&Trouble) -> E,
        mut visit: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let portal = self.portals.get();
        self.portals.set(portal + 1);
        let _enough = Enough { session: self, portal };
        let mut wanted = super::query::FIRST;
        let mut rows = self
            .ask(|answer| Question::First(portal, sql.to_owned(), values, most(wanted), answer))
            .map_err(|error| trouble(&error))?;
        loop {
            rows.iter().try_for_each(&mut visit)?;
            if rows.len() < wanted {
                return Ok(());
            }
            let bytes: usize = rows.iter().map(Row::raw_size_bytes).sum();
            wanted = super::query::next(wanted, rows.len(), bytes);
            rows = self.ask(|answer| Question::More(portal, most(wanted), answer)).map_err(|error| trouble(&error))?;
        }
    }

    fn ask(&self, question: impl FnOnce(Sender<Answer>) -> Question) -> Answer {
        let (answer, waiting) = channel();
        self.questions.send(question(answer)).map_err(|_| Trouble::Gone)?;
        let cancel = || {
            let (token, tls) = &self.cancel;
            // If it cannot be cancelled, the connection ends with the program.
            let _ = token.cancel_query(tls.clone());
        };
        match wait(&waiting, &self.interrupted, cancel) {
            Ok(answer) => answer,
            Err(true) => Err(Trouble::Interrupted),
            Err(false) => Err(Trouble::Gone),
        }
    }
}

fn most(rows: usize) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}

/// Says that no more rows of a portal are wanted, however its visit ends.
struct Enough<'a> {
    session: &'a Session,
    portal: u64,
}

impl Drop for Enough<'_> {
    fn drop(&mut self) {
        let _ = self.session.questions.send(Question::Enough(self.portal));
    }
}

/// Waits for an answer; the error says whether the run is to end. Else nobody will answer any more.
fn wait<T>(waiting: &Receiver<T>, interrupted: &AtomicBool, cancel: impl Fn()) -> Result<T, bool> {
    loop {
        match waiting.recv_timeout(GLANCE) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Disconnected) => return Err(false),
            Err(RecvTimeoutError::Timeout) if interrupted.load(Ordering::Relaxed) => {
                cancel();
                return Err(true);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Answers questions until nobody can ask any more.
fn serve(transaction: &mut Transaction<'_>, questions: &Receiver<Question>) {
    let mut statements: HashMap<String, Statement> = HashMap::new();
    let mut portals: HashMap<u64, Portal> = HashMap::new();
    while let Ok(question) = questions.recv() {
        // Who asked may not wait any more.
        let _ = match question {
            Question::All(sql, values, answer) => {
                answer.send(prepared(transaction, &mut statements, &sql).and_then(|statement| {
                    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(Value::as_sql).collect();
                    transaction.query(&statement, &values).map_err(Trouble::Running)
                }))
            }
            Question::First(number, sql, values, rows, answer) => {
                answer.send(prepared(transaction, &mut statements, &sql).and_then(|statement| {
                    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(Value::as_sql).collect();
                    let portal = transaction.bind(&statement, &values).map_err(Trouble::Running)?;
                    let rows = transaction.query_portal(&portal, rows).map_err(Trouble::Running);
                    portals.insert(number, portal);
                    rows
                }))
            }
            Question::More(number, rows, answer) => answer.send(match portals.get(&number) {
                Some(portal) => transaction.query_portal(portal, rows).map_err(Trouble::Running),
                None => Err(Trouble::Gone),
            }),
            Question::Enough(number) => {
                portals.remove(&number);
                Ok(())
            }
        };
    }
}

fn prepared(
    transaction: &mut Transaction<'_>,
    statements: &mut HashMap<String, Statement>,
    sql: &str,
) -> Result<Statement, Trouble> {
    if let Some(statement) = statements.get(sql) {
        return Ok(statement.clone());
    }
    if statements.len() >= PREPARED {
        statements.clear();
    }
    let statement = transaction.prepare(sql).map_err(Trouble::Preparing)?;
    statements.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}
